//! Reads types from JSON with less code than serde_json's own readers come to for each of them: those read every struct
//! from a list as well, and at every member from text. Here the text becomes a [`Value`] first, and a struct is read from an
//! object only. An error names the member that is wrong, and shows nothing of what is in it, which may be a secret.

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess,
    SeqAccess, Visitor,
};
use serde_json::{Error, Map, Value};

/// Reads a value.
///
/// # Errors
/// The text is no JSON, or of another shape.
pub fn from_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, Error> {
    from_value(serde_json::from_slice(json)?)
}

/// The same of a value that was read before.
///
/// # Errors
/// It is of another shape.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(Tree(value))
}

struct Tree(Value);

impl Tree {
    #[cold]
    fn other(wanted: &'static str) -> Error {
        Error::custom(wanted)
    }

    fn list(self) -> Result<Elements, Error> {
        match self.0 {
            Value::Array(values) => Ok(Elements(values.into_iter().enumerate())),
            _ => Err(Self::other("must be a list")),
        }
    }

    fn members(self) -> Result<Members, Error> {
        match self.0 {
            Value::Object(members) => Ok(Members::of(members)),
            _ => Err(Self::other("must be an object")),
        }
    }
}

impl<'de> Deserializer<'de> for Tree {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        // All that asks for anything reads values, or numbers of one of several types.
        self.0.deserialize_any(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            _ => Err(Self::other("must be a string")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Bool(value) => visitor.visit_bool(value),
            _ => Err(Self::other("must be true or false")),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.as_u64() {
            Some(number) => visitor.visit_u64(number),
            None => Err(Self::other("must be a whole number")),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.list()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.list()?)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(self.list()?)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self.members()?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _members: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(self.members()?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(variant) => visitor.visit_enum(variant.into_deserializer()),
            Value::Object(members) => {
                visitor.visit_enum(MapAccessDeserializer::new(Members::of(members)))
            }
            _ => Err(Self::other(
                "must be the name of a variant, or an object with one",
            )),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u128 f32 f64 char bytes byte_buf unit unit_struct identifier
    }
}

/// Says where something is wrong: `redirect_uris[0] must be a string`.
#[cold]
fn at(place: &str, error: &Error) -> Error {
    let error = error.to_string();
    let between = match error.as_bytes() {
        [b'[', ..] => "",
        [b'm', b'u', b's', b't', ..] => " ",
        _ => ": ",
    };
    Error::custom([place, between, &error].concat())
}

struct Elements(std::iter::Enumerate<std::vec::IntoIter<Value>>);

impl<'de> SeqAccess<'de> for Elements {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some((place, value)) = self.0.next() else {
            return Ok(None);
        };
        match seed.deserialize(Tree(value)) {
            Ok(element) => Ok(Some(element)),
            Err(error) => Err(at(&format!("[{place}]"), &error)),
        }
    }
}

struct Members {
    left: <Map<String, Value> as IntoIterator>::IntoIter,
    name: String,
    value: Value,
}

impl Members {
    fn of(members: Map<String, Value>) -> Self {
        Self {
            left: members.into_iter(),
            name: String::new(),
            value: Value::Null,
        }
    }
}

impl<'de> MapAccess<'de> for Members {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((name, value)) = self.left.next() else {
            return Ok(None);
        };
        (self.name, self.value) = (name, value);
        let name: StrDeserializer<'_, Error> = self.name.as_str().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let value = seed.deserialize(Tree(self.value.take()));
        value.map_err(|error| at(&self.name, &error))
    }
}

#[cfg(test)]
mod tests {
    use oauth_types::ClientMetadata;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Shape {
        Point,
        Circle { radius: u64 },
        Pair(u8, Option<bool>),
        Named(String),
    }

    #[test]
    fn what_serde_json_reads_of_objects_is_read() {
        for json in [
            r#"["point",{"circle":{"radius":2}},{"pair":[1,null]},{"pair":[1,true]},{"named":"x"}]"#,
            r#"[]"#,
        ] {
            let shapes: Vec<Shape> = from_json(json.as_bytes()).unwrap();
            assert_eq!(shapes, serde_json::from_str::<Vec<Shape>>(json).unwrap());
        }
        let metadata = json!({"redirect_uris": ["a"], "client_name": "b", "client_name#ja": "c", "jwks": {"keys": []}, "x": 1.5});
        let read: ClientMetadata = from_value(metadata.clone()).unwrap();
        assert_eq!(read, serde_json::from_value(metadata).unwrap());
    }

    #[test]
    fn an_error_says_where_and_never_what() {
        for (json, words) in [
            (json!([]), "must be an object"),
            (
                json!({"redirect_uris": "hunter2"}),
                "redirect_uris must be a list",
            ),
            (
                json!({"redirect_uris": ["a", 2]}),
                "redirect_uris[1] must be a string",
            ),
            (
                json!({"client_name": {"hunter2": 1}}),
                "client_name must be a string",
            ),
        ] {
            let error = from_value::<ClientMetadata>(json).unwrap_err();
            assert_eq!(error.to_string(), words);
        }
        for (json, words) in [
            (
                json!({"circle": {"radius": -1}}),
                "circle: radius must be a whole number",
            ),
            (
                json!({"pair": [1]}),
                "pair: invalid length 1, expected tuple variant Shape::Pair with 2 elements",
            ),
            (
                json!(7),
                "must be the name of a variant, or an object with one",
            ),
        ] {
            assert_eq!(from_value::<Shape>(json).unwrap_err().to_string(), words);
        }
        assert!(from_json::<Shape>(b"{").is_err());
    }
}

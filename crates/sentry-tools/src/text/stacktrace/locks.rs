//! Who waits for whom: the locks of an event's threads.

use sentry_api::{Lock, LockUse, Thread};

use crate::text::markdown::{Joined, line, push};

/// Java's `java.lang.Object`, as it is said with its address.
fn name(lock: &Lock) -> String {
    let mut text = Joined::default();
    text.add("", lock.package_name.as_deref().unwrap_or_default());
    text.add(".", lock.class_name.as_deref().unwrap_or_default());
    text.add(" ", lock.address.as_deref().unwrap_or_default());
    let text = line(&text.text(), 160);
    if text.is_empty() {
        "a lock".to_owned()
    } else {
        text
    }
}

/// What is done with a lock, and by whom it is held: in a code block, as all of it comes from the event.
pub(super) fn described(lock: &Lock, threads: &[Thread<'_>]) -> String {
    let does = match lock.usage {
        LockUse::Holds => "holds ",
        LockUse::Waits | LockUse::Blocked => "waits for ",
        LockUse::Sleeps => "sleeps on ",
        LockUse::Unknown => "uses ",
    };
    let mut text = [does, &name(lock)].concat();
    if let Some(holder) = holder(lock, threads) {
        push(&mut text, &[", held by thread ", &holder]);
    }
    text
}

/// The thread that has the lock: as the lock says, or as the threads say.
fn holder(lock: &Lock, threads: &[Thread<'_>]) -> Option<String> {
    if !waits(lock) {
        return None;
    }
    let said = lock.thread_id.as_ref();
    let Some(thread) = holding(lock, threads) else {
        return said.map(|id| line(id, 40));
    };
    let mut text = line(
        thread
            .id
            .as_deref()
            .or(said.map(String::as_str))
            .unwrap_or("?"),
        40,
    );
    if let Some(name) = &thread.name {
        push(&mut text, &[" (", &line(name, 60), ")"]);
    }
    Some(text)
}

/// The thread that has the lock, among the event's.
pub(super) fn holding<'t, 'a>(lock: &Lock, threads: &'t [Thread<'a>]) -> Option<&'t Thread<'a>> {
    let has_it = |thread: &&Thread<'_>| {
        thread
            .held
            .iter()
            .any(|held| lock.address.is_some() && held.address == lock.address)
    };
    let by_id = |id: &String| threads.iter().find(|thread| thread.id.as_ref() == Some(id));
    let said = lock.thread_id.as_ref();
    said.and_then(by_id).or_else(|| threads.iter().find(has_it))
}

/// It waits for whoever holds it.
pub(super) fn waits(lock: &Lock) -> bool {
    matches!(lock.usage, LockUse::Waits | LockUse::Blocked)
}

/// What a thread does with locks: `BLOCKED, waits for IsbnIndex 0x04d2b7e1, held by thread 23; holds …`.
pub(super) fn of_thread(thread: &Thread<'_>, threads: &[Thread<'_>]) -> String {
    let mut text = Joined::default();
    text.add("", &line(thread.state.as_deref().unwrap_or_default(), 40));
    let mut frames = thread.stack.frames.iter().rev();
    let waiting = frames.find_map(|frame| frame.lock.as_ref().filter(|lock| waits(lock)));
    if let Some(lock) = waiting {
        text.add(", ", &described(lock, threads));
    }
    for held in thread.held.iter().take(4) {
        text.add(", ", &["holds ", &name(held)].concat());
    }
    if thread.held.len() > 4 {
        text.add(", ", "and more locks");
    }
    text.text()
}

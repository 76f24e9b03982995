//! Calls that are never where an error comes from, whatever Sentry marks as the project's own: an SDK's own, and those
//! by which a runtime notices a failure and ends a program. And how a path of somebody else's package looks.

use std::borrow::Cow;

use sentry_api::Frame;

/// What a name begins with.
const FUNCTIONS: [&str; 41] = [
    // Rust: std's panic and backtrace, and the crates of the SDK.
    "rust_begin_unwind",
    "__rust_",
    "rust_panic",
    "core::panicking::",
    "std::panicking::",
    "std::panic::",
    "std::sys::backtrace::",
    "std::sys_common::backtrace::",
    "backtrace::",
    "sentry::",
    "sentry_core::",
    "sentry_backtrace::",
    "sentry_panic::",
    "sentry_anyhow::",
    // C and C++: what raises, throws and aborts.
    "__abort",
    "__GI_abort",
    "__GI_raise",
    "__pthread_kill",
    "__cxa_throw",
    "__cxa_rethrow",
    "_Unwind_",
    "std::terminate",
    "__assert_",
    "RaiseException",
    "_CxxThrowException",
    "KiUserExceptionDispatch",
    "sentry__",
    // Apple.
    "__exceptionPreprocess",
    "objc_exception_throw",
    "SentryCrash",
    "-[Sentry",
    "+[Sentry",
    "swift_runtime_on_report",
    // Go.
    "gopanic",
    "panicmem",
    "sigpanic",
    // JavaScript.
    "sentryWrapped",
    "processTicksAndRejections",
    "promiseRejectHandler",
    "triggerUncaughtException",
    "emitUnhandledRejection",
];

/// Whole names of C's library, which are also names of methods elsewhere.
const OF_C: [&str; 5] = ["abort", "raise", "gsignal", "pthread_kill", "exit"];

/// What a module begins with.
const MODULES: [&str; 13] = [
    "sentry_sdk",
    "io.sentry.",
    "Sentry.",
    "Sentry\\",
    "raven.",
    "github.com/getsentry/",
    "runtime/debug",
    "@sentry/",
    "System.Runtime.ExceptionServices",
    "System.Runtime.CompilerServices.TaskAwaiter",
    "java.lang.ThreadGroup",
    "com.android.internal.os.RuntimeInit",
    "sentry-",
];

/// What a path holds.
const PATHS: [&str; 16] = [
    "/sentry_sdk/",
    "/@sentry/",
    "@sentry-internal/",
    "/getsentry/sentry-go",
    "/sentry-ruby",
    "/sentry-rails",
    "/sentry-sidekiq",
    "/sentry/sentry/",
    "/sentry-laravel/",
    "package:sentry",
    "/sentry-core-",
    "/sentry-panic-",
    "node:internal/",
    "internal/process/",
    "library/std/src/panic",
    "library/core/src/panic",
];

/// A call of an SDK, or of a runtime's machinery for failures.
pub(super) fn is_machinery(frame: &Frame<'_>) -> bool {
    let begins = |text: &Option<String>, with: &[&str]| {
        text.as_deref()
            .is_some_and(|text| with.iter().any(|with| text.starts_with(with)))
    };
    let is_native = frame.package.is_some();
    let is_of_c = |name: &String| is_native && OF_C.contains(&name.as_str());
    begins(&frame.function, &FUNCTIONS)
        || frame.function.as_ref().is_some_and(is_of_c)
        || begins(&frame.module, &MODULES)
        || [&frame.filename, &frame.abs_path]
            .iter()
            .any(|path| holds(path, &PATHS))
}

fn holds(path: &Option<String>, parts: &[&str]) -> bool {
    let Some(path) = path else {
        return false;
    };
    let path = if path.contains('\\') {
        Cow::Owned(path.replace('\\', "/"))
    } else {
        Cow::Borrowed(path.as_str())
    };
    parts.iter().any(|part| path.contains(part))
        || parts.iter().any(|part| {
            let bare = part.strip_prefix('/');
            bare.is_some_and(|bare| path.starts_with(bare))
        })
}

/// What a path of an installed package, or of a runtime, holds.
const PACKAGES: [&str; 20] = [
    "/node_modules/",
    "/site-packages/",
    "/dist-packages/",
    "/lib/python",
    "/gems/",
    "/lib/ruby/",
    "/vendor/",
    "/.cargo/registry/",
    "/rustc/",
    "/pkg/mod/",
    "/go/src/",
    "/usr/lib/",
    "/usr/local/lib/",
    "/System/Library/",
    "/deps/",
    "/.pub-cache/",
    "<frozen ",
    "node:",
    "internal/",
    "webpack/bootstrap",
];

/// What a class of a runtime begins with.
const RUNTIMES: [&str; 14] = [
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "kotlin.",
    "kotlinx.",
    "scala.",
    "android.",
    "androidx.",
    "com.android.",
    "System.",
    "Microsoft.",
    "org.springframework.",
    "dart:",
];

/// By its path or class, a package's or a runtime's. A guess for events in which nothing is marked.
pub(super) fn is_packaged(frame: &Frame<'_>) -> bool {
    let paths = [&frame.filename, &frame.abs_path, &frame.package];
    paths.iter().any(|path| holds(path, &PACKAGES))
        || frame
            .module
            .as_deref()
            .is_some_and(|module| RUNTIMES.iter().any(|with| module.starts_with(with)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(function: &str, module: &str, filename: &str) -> Frame<'static> {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Frame {
            function: some(function),
            module: some(module),
            filename: some(filename),
            ..Frame::default()
        }
    }

    #[test]
    fn machinery_of_many_platforms() {
        for (function, module, filename) in [
            ("core::panicking::panic_fmt", "", ""),
            ("rust_begin_unwind", "", ""),
            ("capture", "sentry_sdk.hub", "sentry_sdk/hub.py"),
            ("n", "", "../node_modules/@sentry/browser/index.js"),
            (
                "process.processTicksAndRejections",
                "",
                "node:internal/process/task_queues",
            ),
            ("capture", "io.sentry.Hub", "Hub.java"),
            ("gopanic", "runtime", "runtime/panic.go"),
            ("objc_exception_throw", "", ""),
            (
                "handle",
                "",
                "C:\\app\\vendor\\sentry\\sentry\\src\\Hub.php",
            ),
        ] {
            assert!(
                is_machinery(&frame(function, module, filename)),
                "{function}"
            );
        }
        for (function, module, filename) in [
            ("abort", "", "src/upload.ts"),
            ("raise_price", "shop.prices", "shop/prices.py"),
            ("Sentry", "", "src/guard/sentry.ts"),
            ("total", "io.shop.Cart", "Cart.java"),
        ] {
            assert!(
                !is_machinery(&frame(function, module, filename)),
                "{function}"
            );
        }
        assert!(is_packaged(&frame("get", "", "node_modules/lodash.js")));
        assert!(is_packaged(&frame(
            "run",
            "java.lang.Thread",
            "Thread.java"
        )));
        assert!(!is_packaged(&frame("pick", "__main__", "lottery.py")));
    }
}

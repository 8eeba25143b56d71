//! The same work on each of some things, on as many threads as there are.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the work gives for each thing, in their order.
pub(crate) fn at_once<T: Sync, R: Send + Sync>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Vec<OnceLock<R>> = things.iter().map(|_| OnceLock::new()).collect();
    let take = || {
        loop {
            let k = next.fetch_add(1, Ordering::Relaxed);
            let (Some(thing), Some(done)) = (things.get(k), done.get(k)) else { return };
            done.get_or_init(|| work(thing));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..std::thread::available_parallelism().map_or(1, usize::from).min(things.len()) {
            scope.spawn(take);
        }
        take();
    });
    done.into_iter().filter_map(OnceLock::into_inner).collect()
}

//! Runs a request level by level: first everything that can go on goes on, then everything that it waits for is
//! loaded together. So a batch holds all keys of its level, and the number of statements is the same each time.

use futures_util::future::{BoxFuture, join_all};
use futures_util::task::{ArcWake, AtomicWaker, waker};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

/// Loads that have been asked for and not been started.
#[derive(Clone, Default)]
pub(crate) struct Queue(Arc<Mutex<Vec<BoxFuture<'static, ()>>>>);

impl Queue {
    /// Puts a load off until the level is complete.
    pub fn push(&self, load: BoxFuture<'static, ()>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(load);
    }

    fn take(&self) -> Vec<BoxFuture<'static, ()>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Wakes the request, and notes that it has to go on.
struct Noted {
    woken: AtomicBool,
    outer: AtomicWaker,
}

impl ArcWake for Noted {
    fn wake_by_ref(noted: &Arc<Self>) {
        noted.woken.store(true, Ordering::Release);
        noted.outer.wake();
    }
}

/// Runs the request to its end, and what it loads from the queue. While a level's loads run, the request goes on with
/// whatever else it does: it may hold connections that they wait for. What it asks for meanwhile is loaded with the next
/// level.
pub(crate) async fn drive<T>(request: impl Future<Output = T>, queue: &Queue) -> T {
    let mut request = pin!(request);
    let noted = Arc::new(Noted { woken: AtomicBool::new(true), outer: AtomicWaker::new() });
    let own = waker(noted.clone());
    loop {
        let mut loads = pin!(join_all(queue.take()));
        let mut loaded = false;
        // Until the request has ended, or the level is loaded and it waits for loads that nobody has started.
        let ended = poll_fn(|cx| {
            noted.outer.register(cx.waker());
            loop {
                while noted.woken.swap(false, Ordering::AcqRel) {
                    if let Poll::Ready(answer) = request.as_mut().poll(&mut Context::from_waker(&own)) {
                        return Poll::Ready(Some(answer));
                    }
                }
                if loaded || loads.as_mut().poll(cx).is_pending() {
                    break;
                }
                loaded = true;
            }
            let waiting = loaded && !queue.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
            if waiting { Poll::Ready(None) } else { Poll::Pending }
        })
        .await;
        if let Some(answer) = ended {
            return answer;
        }
    }
}

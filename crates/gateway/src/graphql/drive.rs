//! Runs a request level by level: first everything that can go on goes on, then everything that it waits for is
//! loaded together. So a batch holds all keys of its level, and the number of statements is the same each time.

use futures_util::future::{BoxFuture, join_all};
use futures_util::task::{ArcWake, waker};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

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

/// Wakes the request, and notes that it was woken while it ran.
struct Noted {
    woken: AtomicBool,
    outer: Waker,
}

impl ArcWake for Noted {
    fn wake_by_ref(noted: &Arc<Self>) {
        noted.woken.store(true, Ordering::Release);
        noted.outer.wake_by_ref();
    }
}

/// Runs the request to its end, and what it loads from the queue.
pub(crate) async fn drive<T>(request: impl Future<Output = T>, queue: &Queue) -> T {
    let mut request = pin!(request);
    loop {
        // Until the request has ended, or waits for loads that nobody has started.
        let ended = poll_fn(|cx| {
            let noted = Arc::new(Noted { woken: AtomicBool::new(false), outer: cx.waker().clone() });
            let own = waker(noted.clone());
            loop {
                if let Poll::Ready(answer) = request.as_mut().poll(&mut Context::from_waker(&own)) {
                    return Poll::Ready(Some(answer));
                }
                if !noted.woken.swap(false, Ordering::AcqRel) {
                    break;
                }
            }
            let waiting = !queue.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
            if waiting { Poll::Ready(None) } else { Poll::Pending }
        })
        .await;
        if let Some(answer) = ended {
            return answer;
        }
        join_all(queue.take()).await;
    }
}

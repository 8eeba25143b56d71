//! The gateway: the GraphQL schema, HTTP and identity. It asks the store's desk and decides nothing itself.

// Merged roots nest one future in another for each noun; computing their layout needs more than the default of 128.
#![recursion_limit = "256"]

mod cache;
mod deliver;
mod files;
mod graphql;
mod http;
mod lists;
mod media;
mod pages;

pub use graphql::{Mutation, Query, Schema, schema, sdl};

use chrono::{DateTime, Datelike, Utc};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio_util::task::TaskTracker;

/// Gives the time of a request; the command has the only clock.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What a gateway needs to serve.
pub struct Settings {
    /// The time.
    pub clock: Clock,
    /// Newest migration that the program knows; `/readyz` fails while the database has not reached it.
    pub migration: String,
    /// Begins the numbers of requests, so that those of two starts differ.
    pub start: u64,
}

/// How often offers that nobody answered are taken back.
const LAPSES: Duration = Duration::from_secs(600);

/// Takes back offers that were not answered in time, as long as it is served.
async fn lapse(store: Store, clock: Clock) {
    let mut turn = tokio::time::interval(LAPSES);
    loop {
        turn.tick().await;
        let desk = store.on_behalf_of(store::Viewer::command(), clock());
        match desk.lapse_orders(desk.today()).await {
            Ok(numbers) if numbers.is_empty() => {}
            Ok(numbers) => tracing::info!(orders = numbers.len(), "lapsed"),
            Err(error) => tracing::error!(%error, "offers cannot be taken back"),
        }
    }
}

/// How often what is personal and over is erased.
const ERASURES: Duration = Duration::from_secs(24 * 3600);

/// Erases what is personal when its time is over, as long as it is served.
async fn retain(store: Store, clock: Clock) {
    let mut turn = tokio::time::interval(ERASURES);
    loop {
        turn.tick().await;
        let desk = store.on_behalf_of(store::Viewer::command(), clock());
        match desk.erase_expired(desk.today(), false).await {
            Ok(e) if e == store::Erased::default() => {}
            Ok(e) => {
                let (contacts, pictures, readings) = (e.contacts.len(), e.pictures, e.readings);
                tracing::info!(contacts, pictures, readings, "erased");
            }
            Err(error) => tracing::error!(%error, "what is over cannot be erased"),
        }
    }
}

/// How long running work may take after a stop was asked for.
const GRACE: Duration = Duration::from_secs(30);

/// Serves until `stop` comes, finishes what runs, and closes the database.
///
/// # Errors
/// When the address cannot be served.
pub async fn serve(
    store: Store,
    settings: Settings,
    listener: tokio::net::TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let tasks = TaskTracker::new();
    let planner = graphql::Planner::new(store.clone(), settings.clock.clone(), tasks.clone());
    if let Err(error) = planner.resume().await {
        tracing::error!(%error, "open jobs cannot be taken up");
    }
    let lapses = tokio::spawn(lapse(store.clone(), settings.clock.clone()));
    let erasures = tokio::spawn(retain(store.clone(), settings.clock.clone()));
    let warm = store.on_behalf_of(store::Viewer::command(), (settings.clock)());
    let memory = tokio::spawn(async move {
        if let Err(error) = warm.recall(warm.today().year()).await {
            tracing::error!(%error, "what is held in memory cannot be read");
        }
    });
    let deliveries = tokio::spawn(deliver::deliver(store.clone(), settings.clock.clone()));
    let app = http::router(store.clone(), settings, planner);
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await?;
    // An abort in the middle of a transaction rolls it back; the next start takes it up.
    for task in [lapses, erasures, memory] {
        task.abort();
        let _ = task.await;
    }
    // What was on its way is due again after the next start, under its old id.
    deliveries.abort();
    let _ = deliveries.await;
    tasks.close();
    if tokio::time::timeout(GRACE, tasks.wait()).await.is_err() {
        tracing::warn!("planning goes on at the next start");
    }
    store.close().await;
    Ok(())
}

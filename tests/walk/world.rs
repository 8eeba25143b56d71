//! A city that is put back after every change.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use std::path::PathBuf;
use store::{Desk, Store, Viewer};

/// Seeds of ids: the rows of the city are there already, so those of later starts are others.
pub const FIRST: [u8; 32] = [7; 32];
const LATER: [u8; 32] = [8; 32];

pub fn at() -> DateTime<Utc> {
    "2026-12-01T02:00:00Z".parse().expect("a moment")
}

/// A file of the city, put back whenever something has changed it.
pub struct World {
    pub file: PathBuf,
    pub key: [u8; 32],
    pub pristine: Vec<u8>,
    pub store: Option<Store>,
    /// A connection of its own, which sees whether another has changed anything.
    pub watch: Option<DatabaseConnection>,
}

impl World {
    pub fn url(&self) -> String {
        format!("sqlite:{}?mode=rwc", self.file.display())
    }

    async fn connection(&self) -> DatabaseConnection {
        let mut options = ConnectOptions::new(self.url());
        options.max_connections(1).sqlx_logging(false);
        Database::connect(options).await.expect("a connection")
    }

    pub async fn close(&mut self) {
        if let Some(watch) = self.watch.take() {
            watch.close().await.expect("closed");
        }
        if let Some(store) = self.store.take() {
            store.close().await;
        }
    }

    /// The city as it was at first, with these changes.
    pub async fn begin(&mut self, changes: &[String]) {
        self.close().await;
        for end in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", self.file.display()));
        }
        std::fs::write(&self.file, &self.pristine).expect("written");
        let db = self.connection().await;
        for change in changes {
            db.execute_unprepared(change).await.expect("a change");
        }
        db.close().await.expect("closed");
        self.store = Some(Store::open_to_make(&self.url(), self.key, LATER).await.expect("a store"));
        self.watch = Some(self.connection().await);
    }

    pub fn desk(&self, viewer: &Viewer) -> Desk {
        self.store.as_ref().expect("open").on_behalf_of(viewer.clone(), at())
    }

    /// A number that moves when another connection has changed anything.
    pub async fn mark(&self) -> i64 {
        let watch = self.watch.as_ref().expect("open");
        let pragma = Statement::from_string(watch.get_database_backend(), "PRAGMA data_version");
        let row = watch.query_one_raw(pragma).await.expect("a row").expect("a row");
        row.try_get_by_index(0).expect("a number")
    }
}

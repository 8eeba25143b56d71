//! The database schema of Qingdan, step by step. Every step has a way back.

pub mod m0001_lists;
pub mod m0002_service;
pub mod m0003_policy;
pub mod m0004_orders;
pub mod m0005_escalation;
pub mod m0006_hotline;
pub mod m0007_partnership;
pub mod m0008_webhook;
pub mod m0009_evidence;
pub mod m0010_proposal;
pub mod m0011_studio;
pub mod m0012_capacity_cut;
pub mod m0013_ledger;
pub mod m0014_partners;
mod m0015_need_link;
mod m0016_partner_organization;
mod m0017_co_member;
mod m0018_stamp;
mod m0019_need_mark;
mod m0020_station_end;
mod m0021_verified;
mod m0022_index;
mod m0023_keywords;
pub mod table;

use sea_orm_migration::async_trait::async_trait;
pub use sea_orm_migration::{MigratorTrait, prelude::MigrationTrait};

/// All steps, in order.
pub struct Migrator;

#[async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_lists::Migration),
            Box::new(m0002_service::Migration),
            Box::new(m0003_policy::Migration),
            Box::new(m0004_orders::Migration),
            Box::new(m0005_escalation::Migration),
            Box::new(m0006_hotline::Migration),
            Box::new(m0007_partnership::Migration),
            Box::new(m0008_webhook::Migration),
            Box::new(m0009_evidence::Migration),
            Box::new(m0010_proposal::Migration),
            Box::new(m0011_studio::Migration),
            Box::new(m0012_capacity_cut::Migration),
            Box::new(m0013_ledger::Migration),
            Box::new(m0014_partners::Migration),
            Box::new(m0015_need_link::Migration),
            Box::new(m0016_partner_organization::Migration),
            Box::new(m0017_co_member::Migration),
            Box::new(m0018_stamp::Migration),
            Box::new(m0019_need_mark::Migration),
            Box::new(m0020_station_end::Migration),
            Box::new(m0021_verified::Migration),
            Box::new(m0022_index::Migration),
            Box::new(m0023_keywords::Migration),
        ]
    }
}

/// The newest step that this program knows.
pub fn newest() -> String {
    Migrator::migrations().last().map(|m| m.name().to_owned()).unwrap_or_default()
}

/// Brings a database to the newest step. Returns how many steps that took.
///
/// # Errors
/// What the database says.
pub async fn migrate(url: &str) -> Result<usize, sea_orm_migration::DbErr> {
    let mut options = sea_orm_migration::sea_orm::ConnectOptions::new(url);
    options.sqlx_logging(false).max_connections(1);
    let db = sea_orm_migration::sea_orm::Database::connect(options).await?;
    let pending = Migrator::get_pending_migrations(&db).await?.len();
    Migrator::up(&db, None).await?;
    db.close().await?;
    Ok(pending)
}

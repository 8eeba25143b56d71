//! Stations that end: which year is their last, and who takes their place.

use crate::table::{Kind::*, add, col, drop};
use sea_orm_migration::prelude::*;

/// The end of stations.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [col("last_year", Int).null(), col("replaced_by", Uuid).null()];
        add(manager, "workstation", &columns).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "workstation", &["last_year", "replaced_by"]).await
    }
}

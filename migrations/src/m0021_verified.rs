//! The day on which a need was verified: a draft that is carried over never was.

use crate::table::{Kind::*, add, col, drop};
use sea_orm_migration::prelude::*;

/// Verification of needs.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "need", &[col("verified_on", Date).null()]).await?;
        // Of what is there already nobody wrote it down.
        let known = "UPDATE need SET verified_on = collected_on WHERE status NOT IN \
                     ('DRAFT', 'SUBMITTED', 'REFUSED', 'REFERRED', 'MERGED', 'WITHDRAWN')";
        manager.get_connection().execute_unprepared(known).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "need", &["verified_on"]).await
    }
}

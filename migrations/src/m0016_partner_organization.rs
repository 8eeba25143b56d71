//! 共建单位: organisations with which a station has an agreement, and what they offer.

use crate::table::{Kind::*, Table, add, col, drop, table};
use sea_orm_migration::prelude::*;

/// Partner organisations, and whose resources are theirs.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        organization().create(manager).await?;
        add(manager, "resource", &[col("partner_organization_id", Uuid).null()]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "resource", &["partner_organization_id"]).await?;
        organization().drop(manager).await
    }
}

fn organization() -> Table {
    table(
        "partner_organization",
        &[
            col("id", Uuid).key(),
            col("workstation_id", Uuid).to("workstation"),
            col("name", Text),
            col("kind", Text),
            col("member_id", Uuid).to("member"),
            col("agreement_no", Text),
            col("from_date", Date),
            col("to_date", Date).null(),
            col("status", Text),
            col("reason", Text).null(),
            col("version", Int),
        ],
    )
    .index(&["workstation_id"])
    .index(&["member_id"])
}

//! Partnerships with scope, classes and consent, and items that two stations carry.

use crate::table::{Kind::*, Table, add, col, drop, table};
use sea_orm_migration::prelude::*;

/// Partnerships and joint items.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let partnership = [
            col("scope", Text).default("BOTH"),
            col("categories", Text).default(""),
            // Those that the office has entered are agreed.
            col("status", Text).default("AGREED"),
            col("reason", Text).null(),
            col("version", Int).default("1"),
        ];
        add(manager, "partnership", &partnership).await?;
        let item = [col("workstation_id", Uuid).null(), col("joint_of", Uuid).null()];
        add(manager, "duty_item", &item).await?;
        let owner = "UPDATE duty_item SET workstation_id = \
                     (SELECT workstation_id FROM duty_list WHERE duty_list.id = duty_item.list_id)";
        manager.get_connection().execute_unprepared(owner).await?;
        joint().create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        joint().drop(manager).await?;
        drop(manager, "duty_item", &["joint_of", "workstation_id"]).await?;
        drop(manager, "partnership", &["version", "reason", "status", "categories", "scope"]).await
    }
}

fn joint() -> Table {
    table(
        "joint_offer",
        &[
            col("id", Uuid).key(),
            col("year", Int),
            col("item_id", Uuid).to("duty_item"),
            col("need_id", Uuid).to("need"),
            col("from_id", Uuid).to("workstation"),
            col("workstation_id", Uuid).to("workstation"),
            col("status", Text),
            col("reason", Text).null(),
            col("offered_on", Date),
            col("answered_on", Date).null(),
            col("version", Int),
        ],
    )
    .index(&["workstation_id", "status"])
    .index(&["item_id"])
    .index(&["need_id"])
}

//! Counters of mediation, constituents and their links, tasks of the year's plan.

use crate::table::{Kind::*, Table, col, table};
use sea_orm_migration::prelude::*;

/// Mediation, constituents, tasks.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            table.create(manager).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables().iter().rev() {
            table.drop(manager).await?;
        }
        Ok(())
    }
}

fn tables() -> Vec<Table> {
    vec![
        table(
            "mediation_count",
            &[
                col("id", Uuid).key(),
                col("workstation_id", Uuid).to("workstation"),
                col("year", Int),
                col("month", Int),
                col("cases", Int),
                col("successes", Int),
                col("reported_on", Date),
                col("version", Int),
            ],
        )
        .unique(&["workstation_id", "year", "month"]),
        table(
            "constituent",
            &[
                col("id", Uuid).key(),
                col("workstation_id", Uuid).to("workstation"),
                col("alias", Text),
                col("sector", Text).to("sector"),
                col("area", Text).null().to("area"),
                col("sealed", Blob).null(),
                col("version", Int),
            ],
        )
        .index(&["workstation_id"]),
        table(
            "constituent_link",
            &[
                col("id", Uuid).key(),
                col("member_id", Uuid).to("member"),
                col("constituent_id", Uuid).to("constituent"),
                col("workstation_id", Uuid).to("workstation"),
                col("from_date", Date),
                col("to_date", Date).null(),
                col("last_contact_on", Date).null(),
                col("contacts", Int),
                col("reason", Text).null(),
                col("version", Int),
            ],
        )
        .index(&["member_id"])
        .index(&["constituent_id"]),
        table(
            "plan_task",
            &[
                col("id", Uuid).key(),
                col("year", Int),
                col("code", Text),
                col("part", Text),
                col("name", Text),
            ],
        )
        .unique(&["year", "code"]),
        table(
            "item_task",
            &[col("item_id", Uuid).key().to("duty_item"), col("task_id", Uuid).key().to("plan_task")],
        )
        .index(&["task_id"]),
    ]
}

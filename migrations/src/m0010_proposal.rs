//! Proposals, their follow-ups, topics, and what requesters are told.

use crate::table::{Kind::*, Table, col, table};
use sea_orm_migration::prelude::*;

/// Proposals, follow-ups, topics, answers.
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
            "proposal",
            &[
                col("id", Uuid).key(),
                col("number", Text).unique(),
                col("year", Int),
                col("title", Text),
                col("proposer", Text),
                col("filed", Bool),
                col("handling_unit", Text).null(),
                col("result_class", Text).null(),
                col("replied_on", Date).null(),
                col("reply", Text).null(),
                col("reason", Text).null(),
                col("clue_id", Uuid).null().to("clue"),
                col("version", Int),
            ],
        )
        .index(&["year"])
        .index(&["clue_id"]),
        table(
            "follow_up",
            &[
                col("id", Uuid).key(),
                col("proposal_id", Uuid).to("proposal"),
                col("year", Int),
                col("workstation_id", Uuid).to("workstation"),
                col("kind", Text),
                col("held_on", Date),
                col("place", Text),
                col("attendees", Text),
                col("conclusion", Text),
            ],
        )
        .index(&["proposal_id"])
        .index(&["year"]),
        table(
            "topic",
            &[
                col("id", Uuid).key(),
                col("number", Text).unique(),
                col("year", Int),
                col("workstation_id", Uuid).to("workstation"),
                col("title", Text),
                col("version", Int),
            ],
        )
        .index(&["year"]),
        table(
            "topic_need",
            &[
                col("topic_id", Uuid).key().to("topic"),
                col("need_id", Uuid).key().to("need"),
                col("added_on", Date),
            ],
        )
        .index(&["need_id"]),
        table(
            "requester_answer",
            &[
                col("id", Uuid).key(),
                col("need_id", Uuid).to("need"),
                col("workstation_id", Uuid).to("workstation"),
                col("told_on", Date),
                col("channel", Text),
                col("words", Text),
            ],
        )
        .index(&["need_id"]),
    ]
}

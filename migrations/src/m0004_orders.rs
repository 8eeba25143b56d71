//! Orders, consultation, outcomes, feedback, the duty ledger, the calendar, amendments, the state of the years.

use crate::table::{Kind::*, Table, add, col, drop, table};
use sea_orm_migration::prelude::*;

/// What follows a published list.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            table.create(manager).await?;
        }
        add(manager, "need", &[col("carried_from", Uuid).null(), col("carried_times", Int).null()]).await?;
        add(manager, "resource", &[col("renewed_from", Uuid).null()]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "resource", &["renewed_from"]).await?;
        drop(manager, "need", &["carried_from", "carried_times"]).await?;
        for table in tables().iter().rev() {
            table.drop(manager).await?;
        }
        Ok(())
    }
}

fn tables() -> Vec<Table> {
    vec![
        table("calendar_day", &[col("day", Date).key(), col("kind", Text), col("name", Text)]),
        table(
            "work_order",
            &[
                col("id", Uuid).key(),
                col("number", Text).unique(),
                col("year", Int),
                col("need_id", Uuid).to("need"),
                col("workstation_id", Uuid).to("workstation"),
                col("form", Text),
                col("match_id", Uuid).null().to("need_match"),
                col("lead_id", Uuid).null().to("member"),
                col("status", Text),
                col("issued_on", Date),
                col("dispatched_on", Date).null(),
                col("accept_by", Date).null(),
                col("accepted_on", Date).null(),
                col("due_by", Date).null(),
                col("suspended_on", Date).null(),
                col("suspended_days", Int),
                col("waived", Text).null(),
                col("plan", Text).null(),
                col("return_asked", Text).null(),
                col("reason", Text).null(),
                col("return_count", Int),
                col("reopen_count", Int),
                col("tries", Int),
                col("resolved_on", Date).null(),
                col("outcome", Text).null(),
                col("evidence", Text).null(),
                col("rating", Text).null(),
                col("solved", Text).null(),
                col("closed_on", Date).null(),
                col("version", Int),
            ],
        )
        .index(&["year", "status"])
        .index(&["workstation_id", "status"])
        .index(&["need_id"])
        .index(&["lead_id"]),
        table(
            "co_member",
            &[col("order_id", Uuid).key().to("work_order"), col("member_id", Uuid).key().to("member")],
        )
        .index(&["member_id"]),
        table(
            "offer",
            &[
                col("id", Uuid).key(),
                col("order_id", Uuid).to("work_order"),
                col("match_id", Uuid).to("need_match"),
                col("member_id", Uuid).to("member"),
                col("year", Int),
                col("workstation_id", Uuid).to("workstation"),
                col("offered_on", Date),
                col("answer_by", Date),
                col("answered_on", Date).null(),
                col("answer", Text).null(),
                col("reason", Text).null(),
            ],
        )
        .index(&["order_id"])
        .index(&["year", "answer_by"]),
        table(
            "consultation",
            &[
                col("id", Uuid).key(),
                col("year", Int),
                col("workstation_id", Uuid).to("workstation"),
                col("held_on", Date),
                col("place", Text),
                col("brand", Text).null(),
                col("form", Text),
                col("host", Text),
                col("attendees", Text),
                col("options", Text),
                col("conclusion", Text),
                col("next_step", Text).null(),
                col("minutes", Text).null(),
                col("version", Int),
            ],
        )
        .index(&["workstation_id", "year"]),
        table(
            "consultation_order",
            &[
                col("consultation_id", Uuid).key().to("consultation"),
                col("order_id", Uuid).key().to("work_order"),
            ],
        )
        .index(&["order_id"]),
        table(
            "outcome_quantity",
            &[
                col("order_id", Uuid).key().to("work_order"),
                col("seq", Int).key(),
                col("measure", Text),
                col("before", Int).null(),
                col("amount", Int),
                col("unit", Text),
            ],
        ),
        table(
            "feedback",
            &[
                col("id", Uuid).key(),
                col("order_id", Uuid).to("work_order"),
                col("given_by", Text),
                col("channel", Text),
                col("rating", Text),
                col("solved", Text).null(),
                col("words", Text).null(),
                col("asked_on", Date),
                col("person_id", Uuid).null().to("person"),
            ],
        )
        .index(&["order_id"]),
        table(
            "duty_record",
            &[
                col("id", Uuid).key(),
                col("year", Int),
                col("member_id", Uuid).to("member"),
                col("workstation_id", Uuid).to("workstation"),
                col("kind", Text),
                col("role", Text),
                col("source", Text),
                col("need_id", Uuid).null().to("need"),
                col("occurred_on", Date),
                col("reverses", Uuid).null().to("duty_record"),
            ],
        )
        .unique(&["member_id", "kind", "source"])
        .index(&["year", "member_id"])
        .index(&["workstation_id", "year"]),
        table(
            "amendment",
            &[
                col("id", Uuid).key(),
                col("list_id", Uuid).to("duty_list"),
                col("workstation_id", Uuid).to("workstation"),
                col("from_edition", Int),
                col("status", Text),
                col("reason", Text),
                col("version", Int),
                col("published_at", Time).null(),
            ],
        )
        .index(&["list_id"]),
        table(
            "amendment_change",
            &[
                col("id", Uuid).key(),
                col("amendment_id", Uuid).to("amendment"),
                col("kind", Text),
                col("item_id", Uuid).null().to("duty_item"),
                col("need_id", Uuid).null().to("need"),
                col("match_id", Uuid).null().to("need_match"),
                col("detail", Text),
                col("reason", Text),
            ],
        )
        .index(&["amendment_id"]),
        table(
            "amendment_approval",
            &[
                col("amendment_id", Uuid).key().to("amendment"),
                col("seat", Text).key(),
                col("person_id", Uuid).to("person"),
                col("signed_at", Time),
            ],
        ),
        table(
            "duty_year",
            &[
                col("year", Int).key(),
                col("status", Text),
                col("opened_at", Time).null(),
                col("closed_at", Time).null(),
                col("version", Int),
            ],
        ),
    ]
}

//! The first schema: the lists, their match, the people, the vault.

use crate::table::{Kind::*, Table, col, table};
use sea_orm_migration::prelude::*;

/// The first schema.
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

/// Every table, those that are referred to first.
fn tables() -> Vec<Table> {
    vec![
        table(
            "area",
            &[
                col("code", Text).key(),
                col("name", Text),
                col("level", Text),
                col("kind", Text),
                col("parent", Text).null().to("area"),
                col("valid_from", Date).null(),
                col("valid_to", Date).null(),
                col("replaced_by", Text).null(),
            ],
        )
        .index(&["parent"]),
        table("sector", &[col("code", Text).key(), col("name", Text), col("affinity", Text)]),
        table(
            "category",
            &[
                col("code", Text).key(),
                col("name", Text),
                col("level", Int),
                col("parent", Text).null(),
                col("standard", Text),
                col("keywords", Text),
            ],
        ),
        table(
            "cluster",
            &[
                col("id", Uuid).key(),
                col("code", Text).unique(),
                col("name", Text),
                col("district", Text).to("area"),
            ],
        ),
        table(
            "workstation",
            &[
                col("id", Uuid).key(),
                col("code", Text).unique(),
                col("name", Text),
                col("kind", Text),
                col("area", Text).to("area"),
                col("district", Text).to("area"),
                col("cluster_id", Uuid).null().to("cluster"),
                col("sector", Text).null(),
                col("speciality", Text).null(),
                col("host_org", Text).null(),
                col("venue", Text).null(),
                col("list_limit", Int),
                col("closed_on", Date).null(),
                col("version", Int),
            ],
        )
        .index(&["district"])
        .index(&["cluster_id"]),
        table("person", &[col("id", Uuid).key(), col("number", Text).unique(), col("name", Text)]),
        table(
            "member",
            &[
                col("id", Uuid).key().to("person"),
                col("number", Text).unique(),
                col("name", Text),
                col("level", Text),
                col("sector", Text).to("sector"),
                col("position_public", Text).null(),
                col("work_unit", Text).null(),
                col("status", Text),
                col("yearly_limit", Int),
                col("version", Int),
            ],
        )
        .index(&["name"]),
        table("appointment", &[col("member_id", Uuid).key().to("member"), col("level", Text).key()]),
        table(
            "assignment",
            &[
                col("id", Uuid).key(),
                col("person_id", Uuid).to("person"),
                col("role", Text),
                col("workstation_id", Uuid).null().to("workstation"),
                col("cluster_id", Uuid).null().to("cluster"),
                col("district", Text).null(),
                col("from_date", Date),
                col("to_date", Date).null(),
            ],
        )
        .index(&["person_id"])
        .index(&["workstation_id"]),
        table(
            "partnership",
            &[
                col("id", Uuid).key(),
                col("workstation_id", Uuid).to("workstation"),
                col("partner_id", Uuid).to("workstation"),
                col("agreement_no", Text),
                col("from_date", Date),
                col("to_date", Date).null(),
            ],
        ),
        table(
            "need",
            &[
                col("id", Uuid).key(),
                col("number", Text).unique(),
                col("year", Int),
                col("workstation_id", Uuid).to("workstation"),
                col("title", Text),
                col("description", Text),
                col("category", Text).null().to("category"),
                col("proposed_category", Text).null(),
                col("source", Text),
                col("external_no", Text).null(),
                col("collected_on", Date),
                col("area", Text).to("area"),
                col("place", Text).null(),
                col("persons", Int),
                col("households", Int),
                col("shops", Int),
                col("urgency", Text),
                col("desired_by", Date).null(),
                col("publicity", Text),
                col("status", Text),
                col("status_reason", Text).null(),
                col("merged_into", Uuid).null().to("need"),
                col("duplicate_of", Text).null(),
                col("personal_data", Bool),
                col("version", Int),
            ],
        )
        .unique(&["workstation_id", "year", "external_no"])
        .index(&["year", "status"])
        .index(&["workstation_id", "status"]),
        table(
            "requirement",
            &[
                col("id", Uuid).key(),
                col("need_id", Uuid).to("need"),
                col("seq", Int),
                col("label", Text),
                col("category", Text).null(),
                col("quantity", Int),
                col("mandatory", Bool),
            ],
        )
        .unique(&["need_id", "seq"]),
        table(
            "resource",
            &[
                col("id", Uuid).key(),
                col("number", Text).unique(),
                col("year", Int),
                col("member_id", Uuid).to("member"),
                col("workstation_id", Uuid).to("workstation"),
                col("external_no", Text).null(),
                col("title", Text),
                col("description", Text),
                col("kind", Text),
                col("area_scope", Text),
                col("cross_district", Bool),
                col("formats", Text),
                col("unit", Text),
                col("per_quarter", Int),
                col("per_year", Int),
                col("window_from", Date),
                col("window_to", Date),
                col("cost", Text),
                col("paid_to_owner", Bool),
                col("conflict_note", Text).null(),
                col("status", Text),
                col("status_reason", Text).null(),
                col("version", Int),
            ],
        )
        .unique(&["workstation_id", "year", "external_no"])
        .index(&["year", "status"])
        .index(&["member_id"])
        .index(&["workstation_id"]),
        table(
            "resource_category",
            &[col("resource_id", Uuid).key().to("resource"), col("category", Text).key().to("category")],
        )
        .index(&["category"]),
        table(
            "plan",
            &[
                col("id", Uuid).key(),
                col("year", Int),
                col("made_at", Time),
                col("standing", Bool),
                col("certificate", Text),
                col("objective", Text),
                col("bound", Text),
                col("candidate_pairs", Big),
                col("weights_version", Int),
                col("proof", Blob),
            ],
        )
        .index(&["year", "standing"]),
        table(
            "plan_reason",
            &[
                col("plan_id", Uuid).key().to("plan"),
                col("need_id", Uuid).key().to("need"),
                col("code", Text),
                col("text", Text),
                col("remedy", Text),
            ],
        )
        .index(&["need_id"]),
        table(
            "need_match",
            &[
                col("id", Uuid).key(),
                col("year", Int),
                col("plan_id", Uuid).null().to("plan"),
                col("need_id", Uuid).to("need"),
                col("requirement_id", Uuid).to("requirement"),
                col("resource_id", Uuid).to("resource"),
                col("member_id", Uuid).to("member"),
                col("workstation_id", Uuid).to("workstation"),
                col("quarter", Int),
                col("score", Big),
                col("parts", Text),
                col("alternative", Text).null(),
                col("alternative_points", Big).null(),
                col("proposed_by", Text),
                col("status", Text),
                col("reason", Text).null(),
                col("version", Int),
            ],
        )
        .index(&["year", "status"])
        .index(&["need_id"])
        .index(&["resource_id"])
        .index(&["member_id"])
        .index(&["workstation_id", "status"]),
        table(
            "pair_rule",
            &[
                col("id", Uuid).key(),
                col("year", Int),
                col("need_id", Uuid).to("need"),
                col("resource_id", Uuid).to("resource"),
                col("kind", Text),
                col("reason", Text),
            ],
        )
        .unique(&["need_id", "resource_id", "kind"]),
        table(
            "duty_list",
            &[
                col("id", Uuid).key(),
                col("workstation_id", Uuid).to("workstation"),
                col("year", Int),
                col("number", Text).unique(),
                col("title", Text),
                col("status", Text),
                col("edition", Int),
                col("version", Int),
                col("published_at", Time).null(),
            ],
        )
        .unique(&["workstation_id", "year"]),
        table(
            "duty_item",
            &[
                col("id", Uuid).key(),
                col("list_id", Uuid).to("duty_list"),
                col("seq", Int),
                col("need_id", Uuid).to("need"),
                col("title", Text),
                col("form", Text),
                col("quarter", Int),
                col("expected_result", Text),
                col("removed", Bool),
                col("removal_reason", Text).null(),
                col("version", Int),
            ],
        )
        .index(&["list_id", "seq"])
        .index(&["need_id"]),
        table(
            "duty_item_match",
            &[col("item_id", Uuid).key().to("duty_item"), col("match_id", Uuid).key().to("need_match")],
        )
        .index(&["match_id"]),
        table(
            "approval",
            &[
                col("id", Uuid).key(),
                col("list_id", Uuid).to("duty_list"),
                col("seat", Text),
                col("person_id", Uuid).to("person"),
                col("signed_at", Time),
                col("list_version", Int),
            ],
        )
        .unique(&["list_id", "seat"]),
        table(
            "snapshot",
            &[
                col("id", Uuid).key(),
                col("list_id", Uuid).to("duty_list"),
                col("edition", Int),
                col("number", Text),
                col("sha256", Text),
                col("body", Text),
                col("published_at", Time),
            ],
        )
        .unique(&["list_id", "edition"]),
        table(
            "audit_event",
            &[
                col("id", Uuid).key(),
                col("at", Time),
                col("actor", Uuid).null(),
                col("role", Text),
                col("action", Text),
                col("subject", Text),
                col("subject_id", Uuid).null(),
                col("workstation_id", Uuid).null(),
                col("detail", Text),
                col("reason", Text).null(),
            ],
        )
        .index(&["workstation_id", "at"])
        .index(&["subject_id"]),
        table(
            "vault_contact",
            &[col("id", Uuid).key(), col("need_id", Uuid).unique().to("need"), col("sealed", Blob)],
        ),
        table(
            "vault_access",
            &[
                col("id", Uuid).key(),
                col("contact_id", Uuid).to("vault_contact"),
                col("person", Uuid).null(),
                col("role", Text),
                col("purpose", Text),
                col("at", Time),
            ],
        ),
        table(
            "token",
            &[
                col("hash", Text).key(),
                col("role", Text),
                col("person_id", Uuid).null().to("person"),
                col("workstation_id", Uuid).null().to("workstation"),
                col("cluster_id", Uuid).null().to("cluster"),
                col("district", Text).null(),
                col("expires_at", Time),
            ],
        ),
        table("counter", &[col("scope", Text).key(), col("last", Big)]),
        table("setting", &[col("key", Text).key(), col("value", Text)]),
        table("score_weight", &[col("version", Int).key(), col("code", Text).key(), col("points", Big)]),
    ]
}

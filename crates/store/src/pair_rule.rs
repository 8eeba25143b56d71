//! Pins and bans for the next plan.

use crate::desk::Event;
use crate::entity::{need, pair_rule};
use crate::{Desk, Error, Result};
use domain::{Action, PairRuleKind, refusal};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

impl Desk {
    /// Pins or bans a pair for the next plan.
    pub async fn rule_pair(
        &self,
        need_id: Uuid,
        resource_id: Uuid,
        kind: PairRuleKind,
        reason: &str,
    ) -> Result<need::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let need = need::Entity::find_by_id(need_id).one(&tx).await?.ok_or(Error::NotFound("需求"))?;
        self.need(Action::DecideMatch, need.workstation_id, None)?;
        self.open_year(&tx, need.year).await?;
        let resource = self.resource_row(&tx, resource_id).await?;
        pair_rule::Entity::delete_many()
            .filter(pair_rule::Column::NeedId.eq(need_id))
            .filter(pair_rule::Column::ResourceId.eq(resource_id))
            .exec(&tx)
            .await?;
        pair_rule::Model {
            id: self.id(),
            year: need.year,
            need_id,
            resource_id,
            kind,
            reason: reason.clone(),
        }
        .into_active_model()
        .insert(&tx)
        .await?;
        let detail = serde_json::json!({"need": need.number, "resource": resource.number});
        self.audit(
            &tx,
            Event {
                action: kind.code(),
                subject: "need",
                id: Some(need_id),
                workstation: Some(need.workstation_id),
                detail,
                reason: Some(reason),
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(need)
    }

    /// Pins and bans of needs.
    pub async fn pair_rules_of(&self, needs: &[Uuid]) -> Result<Vec<pair_rule::Model>> {
        let visible = need::Entity::find()
            .select_only()
            .column(need::Column::Id)
            .filter(self.in_sight(need::Column::WorkstationId, None))
            .filter(need::Column::Id.is_in(needs.iter().copied()));
        Ok(pair_rule::Entity::find()
            .filter(pair_rule::Column::NeedId.in_subquery(sea_orm::QueryTrait::into_query(visible)))
            .order_by_asc(pair_rule::Column::Id)
            .all(self.store.db())
            .await?)
    }

    /// Takes a pin or a ban back.
    pub async fn unrule_pair(&self, need_id: Uuid, resource_id: Uuid) -> Result<need::Model> {
        let tx = self.store.begin().await?;
        let need = need::Entity::find_by_id(need_id).one(&tx).await?.ok_or(Error::NotFound("需求"))?;
        self.need(Action::DecideMatch, need.workstation_id, None)?;
        self.open_year(&tx, need.year).await?;
        let gone = pair_rule::Entity::delete_many()
            .filter(pair_rule::Column::NeedId.eq(need_id))
            .filter(pair_rule::Column::ResourceId.eq(resource_id))
            .exec(&tx)
            .await?;
        if gone.rows_affected == 0 {
            return Err(Error::NotFound("指定或排除"));
        }
        self.audit(
            &tx,
            Event {
                action: "UNRULE",
                subject: "need",
                id: Some(need_id),
                workstation: Some(need.workstation_id),
                detail: serde_json::json!({"need": need.number}),
                reason: None,
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(self.narrow(need))
    }
}

//! Publication: a snapshot is frozen, with number, version and hash, and never changed afterwards.

use crate::desk::{Event, same_version};
use crate::entity::{approval, duty_item, duty_item_match, duty_list, need, need_match, snapshot};
use crate::tokens::sha256;
use crate::{Desk, Error, Result};
use domain::{Action, ConvenerSeat, ListAction, ListStatus, MatchStatus, NeedAction, NeedStatus, Refusal};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, QueryTrait, Set,
};
use uuid::Uuid;

impl Desk {
    /// Publishes a list that both seats have signed, and freezes its snapshot.
    pub async fn publish_list(&self, id: Uuid, expected: i32) -> Result<duty_list::Model> {
        let tx = self.store.begin().await?;
        let list = duty_list::Entity::find_by_id(id).one(&tx).await?.ok_or(Error::NotFound("清单"))?;
        self.need(Action::PublishList, list.workstation_id, None)?;
        self.open_year(&tx, list.year).await?;
        list.status.apply(ListAction::Publish)?;
        same_version(expected, list.version, vec!["status", "approvals"])?;
        let signed = approval::Entity::find().filter(approval::Column::ListId.eq(id)).all(&tx).await?;
        let missing: Vec<&str> = ConvenerSeat::ALL
            .iter()
            .filter(|s| !signed.iter().any(|a| a.seat == **s))
            .map(|s| s.label())
            .collect();
        if !missing.is_empty() {
            return Err(Refusal::new(
                "NOT_SIGNED",
                format!("还缺{}签署,请其签署后再发布。", missing.join("、")),
            )
            .into());
        }
        let faults = self.list_faults(&tx, &list).await?;
        if !faults.is_empty() {
            return Err(Error::Refused(faults));
        }
        let (published, _) = self.freeze_edition(&tx, list.clone(), &signed).await?;
        let needs = QueryTrait::into_query(
            duty_item::Entity::find()
                .select_only()
                .column(duty_item::Column::NeedId)
                .filter(duty_item::Column::ListId.eq(id))
                .filter(duty_item::Column::Removed.eq(false)),
        );
        need::Entity::update_many()
            .col_expr(need::Column::Status, Expr::value(NeedStatus::Matched.apply(NeedAction::List)?.code()))
            .col_expr(need::Column::Version, Expr::col(need::Column::Version).add(1))
            .filter(need::Column::Id.in_subquery(needs))
            .filter(need::Column::Status.eq(NeedStatus::Matched))
            .exec(&tx)
            .await?;
        self.commit(tx).await?;
        Ok(published)
    }

    /// Freezes the next edition of a list as it stands, with those who have signed it.
    pub(crate) async fn freeze_edition(
        &self,
        tx: &DatabaseTransaction,
        list: duty_list::Model,
        signed: &[approval::Model],
    ) -> Result<(duty_list::Model, String)> {
        if list.edition == 0 {
            self.forget_drafted(tx, list.id).await?;
        }
        let mut frozen = self.freeze(tx, &list, signed).await?;
        frozen.edition = list.edition + 1;
        let body = serde_json::to_string(&frozen)?;
        let row = snapshot::Model {
            id: self.id(),
            list_id: list.id,
            edition: frozen.edition,
            number: list.number.clone(),
            sha256: sha256(body.as_bytes()),
            body,
            published_at: self.at,
        };
        let hash = row.sha256.clone();
        row.into_active_model().insert(tx).await?;
        let (id, station, number, version) =
            (list.id, list.workstation_id, list.number.clone(), list.version + 1);
        let mut row = list.into_active_model();
        row.status = Set(ListStatus::Published);
        row.edition = Set(frozen.edition);
        row.version = Set(version);
        row.published_at = Set(Some(self.at));
        let published = row.update(tx).await?;
        let detail = serde_json::json!({"number": number, "edition": frozen.edition, "sha256": hash, "items": frozen.items.len()});
        let event = Event {
            action: "PUBLISH",
            subject: "duty_list",
            id: Some(id),
            workstation: Some(station),
            detail,
            reason: None,
        };
        self.audit(tx, event).await?;
        Ok((published, hash))
    }

    /// What was declined while the list was a draft is no part of what is published.
    async fn forget_drafted(&self, tx: &DatabaseTransaction, list: Uuid) -> Result<()> {
        let items = duty_item::Entity::find()
            .select_only()
            .column(duty_item::Column::Id)
            .filter(duty_item::Column::ListId.eq(list));
        let gone = need_match::Entity::find()
            .select_only()
            .column(need_match::Column::Id)
            // Looked up match by match: a year has a thousand times as many of these as a list has matches.
            .filter(
                Expr::col((need_match::Entity, need_match::Column::Id))
                    .equals((duty_item_match::Entity, duty_item_match::Column::MatchId)),
            )
            .filter(need_match::Column::Status.is_not_in(MatchStatus::HOLDING));
        duty_item_match::Entity::delete_many()
            .filter(duty_item_match::Column::ItemId.in_subquery(QueryTrait::into_query(items)))
            .filter(Expr::exists(QueryTrait::into_query(gone)))
            .exec(tx)
            .await?;
        Ok(())
    }
}

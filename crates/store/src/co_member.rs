//! Members who help with an order (协办委员): by a match of their own with its need, or named by the convener.

use crate::entity::{co_member, member, need_match, work_order};
use crate::{Desk, Error, Result};
use domain::{Action, CoSource, MatchStatus, MemberStatus, OrderAction, Refusal, order as rules};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl Desk {
    /// Co-members of orders: (order, member).
    pub async fn co_members(&self, orders: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
        let rows = co_member::Entity::find()
            .filter(co_member::Column::OrderId.is_in(orders.iter().copied()))
            .all(self.store.db())
            .await?;
        Ok(rows.into_iter().map(|r| (r.order_id, r.member_id)).collect())
    }

    /// Names the members who help with an order, in place of those who were named before; who has a match of his own
    /// with the need stays. Each has the order in his ledger as 协办 when it is closed.
    pub async fn name_co_members(
        &self,
        id: Uuid,
        expected: i32,
        members: &[Uuid],
    ) -> Result<work_order::Model> {
        let tx = self.store.begin().await?;
        let o = self.order_for(&tx, id, Action::DecideOrder, expected).await?;
        o.status.apply(OrderAction::Assist)?;
        let wanted: BTreeSet<Uuid> = members.iter().copied().collect();
        let no = |code, words: String| Err(Refusal::new(code, words).at("memberIds").into());
        if wanted.len() > rules::CO_MEMBERS {
            let words = format!("协办委员最多 {} 位,请减少人选。", rules::CO_MEMBERS);
            return no("CO_MEMBERS", words);
        }
        let rows = member::Entity::find()
            .filter(member::Column::Id.is_in(wanted.iter().copied()))
            .order_by_asc(member::Column::Number)
            .all(&tx)
            .await?;
        if rows.len() < wanted.len() {
            return Err(Error::NotFound("委员"));
        }
        if let Some(m) = rows.iter().find(|m| Some(m.id) == o.lead_id) {
            return no("CO_MEMBERS", format!("委员{}是该单的承接委员,不必再列为协办。", m.name));
        }
        if let Some(m) = rows.iter().find(|m| m.status != MemberStatus::Active) {
            let words = format!("委员{}现在是「{}」,请另选协办委员。", m.name, m.status.label());
            return no("MEMBER_INACTIVE", words);
        }
        let by_match = co_member::Entity::find()
            .filter(co_member::Column::OrderId.eq(o.id))
            .filter(co_member::Column::Source.eq(CoSource::Match))
            .all(&tx)
            .await?;
        let mut all: BTreeMap<Uuid, CoSource> = wanted.into_iter().map(|m| (m, CoSource::Named)).collect();
        all.extend(by_match.into_iter().map(|c| (c.member_id, c.source)));
        self.write_co_members(&tx, o.id, all).await?;
        let numbers: Vec<&str> = rows.iter().map(|m| m.number.as_str()).collect();
        let said = if numbers.is_empty() { "无".to_owned() } else { numbers.join("、") };
        let o = self.write_order(&tx, &o, o.clone(), OrderAction::Assist, Some(said)).await?;
        self.commit(tx).await?;
        Ok(o)
    }

    /// Whoever else has a confirmed match with the need helps, and whom the convener has named.
    pub(crate) async fn set_co_members(
        &self,
        tx: &DatabaseTransaction,
        o: &work_order::Model,
        lead: Uuid,
    ) -> Result<()> {
        let others = need_match::Entity::find()
            .filter(need_match::Column::NeedId.eq(o.need_id))
            .filter(need_match::Column::Status.eq(MatchStatus::Confirmed))
            .all(tx)
            .await?;
        let named = co_member::Entity::find()
            .filter(co_member::Column::OrderId.eq(o.id))
            .filter(co_member::Column::Source.eq(CoSource::Named))
            .all(tx)
            .await?;
        let by_match = others.into_iter().map(|m| (m.member_id, CoSource::Match));
        // Who has a match of his own stays for that, whoever is named.
        let mut all: BTreeMap<Uuid, CoSource> = named.into_iter().map(|c| (c.member_id, c.source)).collect();
        all.extend(by_match);
        all.remove(&lead);
        self.write_co_members(tx, o.id, all).await
    }

    async fn write_co_members(
        &self,
        tx: &DatabaseTransaction,
        order_id: Uuid,
        all: BTreeMap<Uuid, CoSource>,
    ) -> Result<()> {
        co_member::Entity::delete_many().filter(co_member::Column::OrderId.eq(order_id)).exec(tx).await?;
        let rows = all
            .into_iter()
            .map(|(member_id, source)| co_member::Model { order_id, member_id, source }.into_active_model());
        crate::import::insert_all(tx, rows.collect()).await
    }

    /// Members by order for a rule: lead and co-members.
    pub(crate) async fn carriers<C: ConnectionTrait>(
        &self,
        db: &C,
        o: &work_order::Model,
    ) -> Result<Vec<Uuid>> {
        let co = co_member::Entity::find().filter(co_member::Column::OrderId.eq(o.id)).all(db).await?;
        let mut all: Vec<Uuid> = o.lead_id.into_iter().collect();
        let mut others: Vec<Uuid> = co.into_iter().map(|c| c.member_id).collect();
        others.sort_unstable();
        all.extend(others);
        Ok(all)
    }
}

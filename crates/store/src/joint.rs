//! 联办: an item that stands on the lists of two stations. One is in the lead and carries it out; the other agrees and
//! prints it too. One need is one 件 in the city and one 件次 a station (domain.md §10).

use crate::desk::{Event, same_version};
use crate::entity::{duty_item, duty_item_match, duty_list, joint_offer, need, workstation};
use crate::import::insert_all;
use crate::{Desk, Error, Result};
use domain::{Action, JointStatus, ListAction, ListStatus, Refusal, refusal};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, Set,
};
use std::collections::HashMap;
use uuid::Uuid;

impl Desk {
    /// Proposals of joint items from and to the stations in sight, or one of them, the oldest first.
    pub async fn joint_offers(
        &self,
        year: i32,
        station: Option<Uuid>,
        status: Option<JointStatus>,
    ) -> Result<Vec<joint_offer::Model>> {
        use joint_offer::Column as C;
        let mut q = joint_offer::Entity::find().filter(C::Year.eq(year)).filter(
            Condition::any().add(self.in_sight(C::WorkstationId, None)).add(self.in_sight(C::FromId, None)),
        );
        if let Some(station) = station {
            q = q.filter(C::WorkstationId.eq(station).or(C::FromId.eq(station)));
        }
        if let Some(status) = status {
            q = q.filter(C::Status.eq(status));
        }
        Ok(q.order_by_asc(C::Id).all(self.store.db()).await?)
    }

    async fn audit_joint(
        &self,
        tx: &DatabaseTransaction,
        j: &joint_offer::Model,
        action: &str,
        station: Uuid,
        reason: Option<String>,
    ) -> Result<()> {
        let event = Event {
            action,
            subject: "joint_offer",
            id: Some(j.id),
            workstation: Some(station),
            detail: serde_json::json!({"need": j.need_id, "status": j.status.code()}),
            reason,
        };
        self.audit(tx, event).await
    }

    /// Asks another station to carry an item of the own draft or published list too. Stations of one cluster may be asked;
    /// others where a partnership holds, or where a resource of the item comes from there.
    pub async fn propose_joint(
        &self,
        item_id: Uuid,
        expected: i32,
        station: Uuid,
    ) -> Result<joint_offer::Model> {
        let tx = self.store.begin().await?;
        let (item, list) = self.item_for(&tx, item_id, Action::EditList).await?;
        // What is being signed stays as it is; what is published does not change by the question alone.
        let published = list.status == ListStatus::Published;
        if !published {
            list.status.apply(ListAction::Edit)?;
        }
        same_version(expected, item.version, vec!["item"])?;
        if item.removed || item.joint_of.is_some() {
            let words = "只有本站牵头且未撤销的项目可以请他站联办。";
            return Err(Refusal::new("JOINT", words).at("itemId").into());
        }
        let own = self.station(&tx, list.workstation_id).await?;
        let other = workstation::Entity::find_by_id(station).one(&tx).await?;
        let other = other.filter(|w| w.closed_on.is_none()).ok_or(Error::NotFound("工作站"))?;
        if own.id == other.id {
            return Err(Refusal::new("SELF", "不能与本站联办,请选择另一个工作站。")
                .at("workstationId")
                .into());
        }
        if !self.joined(&tx, &item, &own, &other).await? {
            let words = format!(
                "与 {} 不在同一片区,没有有效的共建,项目也没有用到它的资源;请先建立共建,再提出联办。",
                other.name
            );
            return Err(Refusal::new("NO_PARTNERSHIP", words).at("workstationId").into());
        }
        let standing = joint_offer::Entity::find()
            .filter(joint_offer::Column::ItemId.eq(item_id))
            .filter(joint_offer::Column::WorkstationId.eq(station))
            .filter(joint_offer::Column::Status.is_in([JointStatus::Proposed, JointStatus::Agreed]))
            .one(&tx)
            .await?;
        if let Some(j) = standing {
            let words = format!("已向 {} 提出联办,现在是「{}」,无需再提。", other.name, j.status.label());
            return Err(Refusal::new("ALREADY_JOINT", words).at("workstationId").into());
        }
        if !published {
            // The next plan leaves it where it is.
            let mut row = item.clone().into_active_model();
            row.version = Set(item.version + 1);
            row.update(&tx).await?;
        }
        let row = joint_offer::Model {
            id: self.id(),
            year: list.year,
            item_id,
            need_id: item.need_id,
            from_id: own.id,
            workstation_id: other.id,
            status: JointStatus::Proposed,
            reason: None,
            offered_on: self.today(),
            answered_on: None,
            version: 1,
        };
        let row = row.into_active_model().insert(&tx).await?;
        self.audit_joint(&tx, &row, "PROPOSE", own.id, None).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Whether two stations may carry an item together.
    async fn joined(
        &self,
        tx: &DatabaseTransaction,
        item: &duty_item::Model,
        own: &workstation::Model,
        other: &workstation::Model,
    ) -> Result<bool> {
        if own.cluster_id.is_some() && own.cluster_id == other.cluster_id {
            return Ok(true);
        }
        let n = need::Entity::find_by_id(item.need_id).one(tx).await?.ok_or(Error::NotFound("需求"))?;
        let class = n.category.unwrap_or_default();
        let between = |p: &crate::row::Partnership| {
            let ends = (p.workstation_id, p.partner_id);
            let pair = ends == (own.id, other.id) || ends == (other.id, own.id);
            let mut for_all = crate::partnership::classes(p).peekable();
            pair && (for_all.peek().is_none() || for_all.any(|c| class.starts_with(c)))
        };
        if self.partnerships_in_force(tx).await?.iter().any(between) {
            return Ok(true);
        }
        for m in self.carried_by(tx, &[item.id]).await? {
            if self.resource_row(tx, m.matched.resource_id).await?.workstation_id == other.id {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The station that was asked agrees, and the item stands on its draft too; or it does not, and says why.
    pub async fn answer_joint(
        &self,
        id: Uuid,
        expected: i32,
        agree: bool,
        reason: Option<&str>,
    ) -> Result<joint_offer::Model> {
        let tx = self.store.begin().await?;
        let j = joint_offer::Entity::find_by_id(id).one(&tx).await?.ok_or(Error::NotFound("联办"))?;
        self.need(Action::EditList, j.workstation_id, None)?;
        self.open_year(&tx, j.year).await?;
        same_version(expected, j.version, vec!["status"])?;
        let next = j.status.go(if agree { JointStatus::Agreed } else { JointStatus::Refused })?;
        let reason =
            if agree { None } else { Some(refusal::text(reason.unwrap_or(""), "原因", 200, "reason")?) };
        let row = if agree {
            let list = self.draft_to_join(&tx, &j).await?;
            let row = self.carry_too(&tx, j, &list).await?;
            self.touch_list(&tx, &list).await?;
            row
        } else {
            self.answered(&tx, j, next, reason).await?
        };
        self.commit(tx).await?;
        Ok(row)
    }

    /// The lead takes back what it has asked and nobody has answered yet.
    pub async fn withdraw_joint(&self, id: Uuid, expected: i32, reason: &str) -> Result<joint_offer::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let j = joint_offer::Entity::find_by_id(id).one(&tx).await?.ok_or(Error::NotFound("联办"))?;
        self.need(Action::EditList, j.from_id, None)?;
        self.open_year(&tx, j.year).await?;
        same_version(expected, j.version, vec!["status"])?;
        if j.status == JointStatus::Agreed {
            let name = self.station(&tx, j.workstation_id).await?.name;
            let words = format!("{name} 已同意联办,请其先从清单撤销该项目。");
            return Err(Refusal::new("JOINT_HELD", words).into());
        }
        let next = j.status.go(JointStatus::Withdrawn)?;
        let version = j.version + 1;
        let mut row = j.into_active_model();
        row.status = Set(next);
        row.reason = Set(Some(reason.clone()));
        row.version = Set(version);
        let row = row.update(&tx).await?;
        self.audit_joint(&tx, &row, next.code(), row.from_id, Some(reason)).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Writes down the answer of the station that was asked.
    async fn answered(
        &self,
        tx: &DatabaseTransaction,
        j: joint_offer::Model,
        next: JointStatus,
        reason: Option<String>,
    ) -> Result<joint_offer::Model> {
        let version = j.version + 1;
        let mut row = j.into_active_model();
        row.status = Set(next);
        row.reason = Set(reason.clone());
        row.answered_on = Set(Some(self.today()));
        row.version = Set(version);
        let row = row.update(tx).await?;
        self.audit_joint(tx, &row, next.code(), row.workstation_id, reason).await?;
        Ok(row)
    }

    /// The draft that the item of an offer can come on at once.
    async fn draft_to_join(
        &self,
        tx: &DatabaseTransaction,
        j: &joint_offer::Model,
    ) -> Result<duty_list::Model> {
        let list = duty_list::Entity::find()
            .filter(duty_list::Column::WorkstationId.eq(j.workstation_id))
            .filter(duty_list::Column::Year.eq(j.year))
            .one(tx)
            .await?;
        let Some(list) = list else {
            let words = "本站今年还没有清单草稿,请先做全市匹配,再答复联办。";
            return Err(Refusal::new("NO_LIST", words).into());
        };
        if list.status == ListStatus::Published {
            let words = "本站清单已发布:请起草修订,在其中加入该联办项目,由两位召集人签署后发布。";
            return Err(Refusal::new("LIST_STATE", words).into());
        }
        if list.status.apply(ListAction::Edit).is_err() {
            let words =
                format!("本站清单现在是「{}」,不能再加联办项目;请退回草稿后再同意。", list.status.label());
            return Err(Refusal::new("LIST_STATE", words).into());
        }
        Ok(list)
    }

    /// An offer to a station that its list may still take up, by an amendment.
    pub(crate) async fn offered_to(
        &self,
        tx: &DatabaseTransaction,
        id: Uuid,
        station: Uuid,
    ) -> Result<joint_offer::Model> {
        let j = joint_offer::Entity::find_by_id(id).one(tx).await?;
        let j = j.filter(|j| j.workstation_id == station).ok_or(Error::NotFound("联办"))?;
        j.status.go(JointStatus::Agreed)?;
        Ok(j)
    }

    /// The offer of an item that a station has not answered yet.
    pub(crate) async fn offer_of(&self, tx: &DatabaseTransaction, item: Uuid, station: Uuid) -> Result<Uuid> {
        use joint_offer::Column as C;
        let j = joint_offer::Entity::find()
            .filter(C::ItemId.eq(item))
            .filter(C::WorkstationId.eq(station))
            .filter(C::Status.eq(JointStatus::Proposed))
            .one(tx)
            .await?;
        let words = "联办的提议已撤回或已答复,请从修订中取出这一项,或请牵头站重新提出。";
        Ok(j.ok_or_else(|| Refusal::new("JOINT_STATE", words))?.id)
    }

    /// Puts the item on the list of the station that has agreed.
    pub(crate) async fn carry_too(
        &self,
        tx: &DatabaseTransaction,
        j: joint_offer::Model,
        list: &duty_list::Model,
    ) -> Result<joint_offer::Model> {
        let lead =
            duty_item::Entity::find_by_id(j.item_id).one(tx).await?.ok_or(Error::NotFound("清单项"))?;
        let items = duty_item::Entity::find().filter(duty_item::Column::ListId.eq(list.id)).all(tx).await?;
        let item = duty_item::Model {
            id: self.id(),
            list_id: list.id,
            seq: items.iter().map(|i| i.seq).max().unwrap_or(0) + 1,
            workstation_id: Some(list.workstation_id),
            joint_of: Some(lead.id),
            removed: false,
            removal_reason: None,
            // By hand: the next plan leaves it where it is.
            version: 2,
            ..lead.clone()
        };
        item.into_active_model().insert(tx).await?;
        self.mirror(tx, &lead).await?;
        let next = j.status.go(JointStatus::Agreed)?;
        self.answered(tx, j, next, None).await
    }

    /// Brings the other stations' items to what the lead's has become: its quarter, and who carries it.
    pub(crate) async fn mirror(&self, tx: &DatabaseTransaction, lead: &duty_item::Model) -> Result<()> {
        let others = duty_item::Entity::find()
            .filter(duty_item::Column::JointOf.eq(lead.id))
            .filter(duty_item::Column::Removed.eq(false))
            .all(tx)
            .await?;
        if others.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = others.iter().map(|i| i.id).collect();
        let carried = duty_item_match::Entity::find()
            .filter(duty_item_match::Column::ItemId.eq(lead.id))
            .all(tx)
            .await?;
        duty_item_match::Entity::delete_many()
            .filter(duty_item_match::Column::ItemId.is_in(ids.iter().copied()))
            .exec(tx)
            .await?;
        let joins = ids.iter().flat_map(|id| {
            carried
                .iter()
                .map(|m| duty_item_match::Model { item_id: *id, match_id: m.match_id }.into_active_model())
        });
        insert_all(tx, joins.collect()).await?;
        duty_item::Entity::update_many()
            .col_expr(duty_item::Column::Quarter, Expr::value(lead.quarter))
            .col_expr(duty_item::Column::Version, Expr::col(duty_item::Column::Version).add(1))
            .filter(duty_item::Column::Id.is_in(ids))
            .filter(duty_item::Column::Quarter.ne(lead.quarter))
            .exec(tx)
            .await?;
        Ok(())
    }

    /// The lead's item is not struck while another station's list has it.
    pub(crate) async fn not_held_jointly(
        &self,
        tx: &DatabaseTransaction,
        lead: &duty_item::Model,
    ) -> Result<()> {
        let held = duty_item::Entity::find()
            .filter(duty_item::Column::JointOf.eq(lead.id))
            .filter(duty_item::Column::Removed.eq(false))
            .one(tx)
            .await?;
        match held.and_then(|i| i.workstation_id) {
            None => Ok(()),
            Some(station) => {
                let name = self.station(tx, station).await?.name;
                let words = format!("{name} 的清单上也有该联办项目,请其先撤销,再撤销本站的。");
                Err(Refusal::new("JOINT_HELD", words).into())
            }
        }
    }

    /// What striking an item means for those who carry it together: the other station leaves, or the proposals of the
    /// lead are taken back.
    pub(crate) async fn leave_joint(
        &self,
        tx: &DatabaseTransaction,
        item: &duty_item::Model,
        reason: &str,
    ) -> Result<()> {
        use joint_offer::Column as C;
        if item.joint_of.is_none() {
            self.not_held_jointly(tx, item).await?;
        }
        let mut standing = joint_offer::Entity::find()
            .filter(C::ItemId.eq(item.joint_of.unwrap_or(item.id)))
            .filter(C::Status.is_in([JointStatus::Proposed, JointStatus::Agreed]));
        if item.joint_of.is_some() {
            standing = standing.filter(C::WorkstationId.eq(item.workstation_id));
        }
        for j in standing.order_by_asc(C::Id).all(tx).await? {
            let (next, version) = (j.status.go(JointStatus::Withdrawn)?, j.version + 1);
            let mut row = j.into_active_model();
            row.status = Set(next);
            row.reason = Set(Some(reason.to_owned()));
            row.version = Set(version);
            let row = row.update(tx).await?;
            let station = item.workstation_id.unwrap_or(row.from_id);
            self.audit_joint(tx, &row, next.code(), station, Some(reason.to_owned())).await?;
        }
        Ok(())
    }

    /// What a printed list says of its joint items: whose item it is, or who carries it too.
    pub(crate) async fn joint_words<C: ConnectionTrait>(
        &self,
        db: &C,
        items: &[duty_item::Model],
    ) -> Result<HashMap<Uuid, String>> {
        let own: Vec<Uuid> = items.iter().map(|i| i.id).collect();
        let leads: Vec<Uuid> = items.iter().filter_map(|i| i.joint_of).collect();
        let mut other = Condition::any().add(duty_item::Column::JointOf.is_in(own));
        // An empty list would be a condition that no index helps with.
        if !leads.is_empty() {
            other = other.add(duty_item::Column::Id.is_in(leads));
        }
        let others = duty_item::Entity::find()
            .filter(other)
            .filter(duty_item::Column::Removed.eq(false))
            .order_by_asc(duty_item::Column::Id)
            .all(db)
            .await?;
        if others.is_empty() {
            return Ok(HashMap::new());
        }
        let lists: HashMap<Uuid, String> = duty_list::Entity::find()
            .filter(duty_list::Column::Id.is_in(others.iter().map(|i| i.list_id)))
            .all(db)
            .await?
            .into_iter()
            .map(|l| (l.id, l.number))
            .collect();
        let number =
            |i: &duty_item::Model| format!("{}-{}", lists.get(&i.list_id).map_or("", String::as_str), i.seq);
        let mut words: HashMap<Uuid, String> = HashMap::new();
        for item in items {
            // The number of the lead's item is the number of the joint item, on every list.
            if let Some(lead) = others.iter().find(|o| Some(o.id) == item.joint_of) {
                words.insert(item.id, format!("联办 {}", number(lead)));
            }
            let with: Vec<String> =
                others.iter().filter(|o| o.joint_of == Some(item.id)).map(number).collect();
            if !with.is_empty() {
                words.insert(item.id, format!("联办(牵头),同 {}", with.join("、")));
            }
        }
        Ok(words)
    }
}

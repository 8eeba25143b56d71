//! 委员联系界别群众: whom members keep contact with. An alias is all that anybody reads; name and telephone are sealed, and
//! each reading is logged with its purpose.

use crate::desk::{Event, same_version};
use crate::entity::{assignment, constituent, constituent_link, member, sector};
use crate::{Desk, Error, Result};
use chrono::{Datelike, NaiveDate};
use domain::{Action, AssignmentRole, MemberStatus, Refusal, order, privacy, refusal};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, Select, Set,
};
use uuid::Uuid;

/// A constituent as they are entered, with the first link.
#[derive(Clone, Debug)]
pub struct NewConstituent {
    /// The station that keeps the contact.
    pub station: Uuid,
    /// The member who keeps contact.
    pub member: Uuid,
    /// Alias: never the name.
    pub alias: String,
    /// Code of the sector.
    pub sector: String,
    /// Code of the area.
    pub area: Option<String>,
    /// Name and telephone, for the vault.
    pub contact: Option<(String, String)>,
    /// Since when.
    pub from: NaiveDate,
}

impl Desk {
    /// Links that the viewer may see: a member the own, a station its own. District and city have counts alone (domain.md
    /// §11).
    pub(crate) fn links_in_sight(&self) -> Select<constituent_link::Entity> {
        use constituent_link::Column as C;
        let own = self.viewer.person.map(|p| Expr::col(C::MemberId).eq(p));
        let seen = constituent_link::Entity::find().filter(self.in_sight(C::WorkstationId, own));
        match self.reach(Action::KeepLinks) {
            domain::Reach::Nothing => seen.filter(C::Id.is_in(Vec::<Uuid>::new())),
            _ => seen,
        }
    }

    /// Links that the viewer may see, the oldest first.
    pub async fn links(&self, member: Option<Uuid>, open: bool) -> Result<Vec<constituent_link::Model>> {
        use constituent_link::Column as C;
        let mut q = self.links_in_sight();
        if let Some(member) = member {
            q = q.filter(C::MemberId.eq(member));
        }
        if open {
            q = q.filter(C::ToDate.is_null().or(C::ToDate.gt(self.today())));
        }
        Ok(q.order_by_asc(C::Id).all(self.store.db()).await?)
    }

    /// Links by id, as far as the viewer may see them.
    pub async fn links_by_id(&self, ids: &[Uuid]) -> Result<Vec<constituent_link::Model>> {
        let of_ids = constituent_link::Column::Id.is_in(ids.iter().copied());
        Ok(self.links_in_sight().filter(of_ids).all(self.store.db()).await?)
    }

    /// Constituents by id. The links to them are in sight already.
    pub async fn constituents_by_id(&self, ids: &[Uuid]) -> Result<Vec<constituent::Model>> {
        if self.reach(Action::KeepLinks) == domain::Reach::Nothing {
            return Ok(Vec::new());
        }
        let rows = constituent::Entity::find()
            .filter(constituent::Column::Id.is_in(ids.iter().copied()))
            .all(self.store.db())
            .await?;
        // What is sealed stays where it is.
        Ok(rows.into_iter().map(|c| constituent::Model { sealed: None, ..c }).collect())
    }

    async fn audit_link(
        &self,
        tx: &DatabaseTransaction,
        l: &constituent_link::Model,
        action: &str,
        reason: Option<String>,
    ) -> Result<()> {
        let event = Event {
            action,
            subject: "constituent_link",
            id: Some(l.id),
            workstation: Some(l.workstation_id),
            detail: serde_json::json!({"member": l.member_id, "contacts": l.contacts}),
            reason,
        };
        self.audit(tx, event).await
    }

    /// The member, who serves at the station.
    async fn kept_by(&self, tx: &DatabaseTransaction, id: Uuid, station: Uuid) -> Result<member::Model> {
        let m = self.member_row(tx, id).await?;
        let serves = assignment::Entity::find()
            .filter(assignment::Column::PersonId.eq(id))
            .filter(assignment::Column::Role.eq(AssignmentRole::ResidentMember))
            .filter(assignment::Column::WorkstationId.eq(station))
            .filter(assignment::Column::ToDate.is_null())
            .one(tx)
            .await?;
        if serves.is_none() {
            let words = format!("委员{}不是该站的入站委员,请选择其所在的站。", m.name);
            return Err(Refusal::new("NOT_RESIDENT", words).at("memberId").into());
        }
        if m.status != MemberStatus::Active {
            let words = format!("委员{}现在是「{}」,不能新建联系。", m.name, m.status.label());
            return Err(Refusal::new("MEMBER_INACTIVE", words).at("memberId").into());
        }
        Ok(m)
    }

    /// Enters a constituent with the member who keeps contact from now on.
    pub async fn add_constituent(&self, new: &NewConstituent) -> Result<constituent_link::Model> {
        let tx = self.store.begin().await?;
        self.need(Action::KeepLinks, new.station, Some(new.member))?;
        self.taking_station(&tx, new.station, self.today().year()).await?;
        let m = self.kept_by(&tx, new.member, new.station).await?;
        let alias = refusal::text(&new.alias, "代称", 30, "alias")?;
        if !privacy::find(&alias).is_empty() {
            let words = "代称中有电话、证件号或姓名,请改用如「商户甲」的代称;姓名电话填在联系方式中。";
            return Err(Refusal::new("PERSONAL", words).at("alias").into());
        }
        if sector::Entity::find_by_id(new.sector.clone()).one(&tx).await?.is_none() {
            let words = format!("没有代码为「{}」的界别,请从界别表中选择。", new.sector);
            return Err(Refusal::new("SECTOR", words).at("sector").into());
        }
        if let Some(area) = &new.area
            && crate::entity::area::Entity::find_by_id(area.clone()).one(&tx).await?.is_none()
        {
            let words = format!("没有代码为「{area}」的区划,请从区划表中选择。");
            return Err(Refusal::new("AREA", words).at("area").into());
        }
        if new.from > self.today() {
            let words = format!("起始日 {} 在今天之后,请核对。", new.from);
            return Err(Refusal::new("DATE", words).at("from").into());
        }
        let id = self.id();
        let sealed = match &new.contact {
            Some(contact) => Some(self.seal(id.as_bytes(), &serde_json::to_vec(contact)?)?),
            None => None,
        };
        let c = constituent::Model {
            id,
            workstation_id: new.station,
            alias,
            sector: new.sector.clone(),
            area: new.area.clone(),
            sealed,
            version: 1,
        };
        c.into_active_model().insert(&tx).await?;
        let row = self.put_link(&tx, m.id, id, new.station, new.from).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    async fn put_link(
        &self,
        tx: &DatabaseTransaction,
        member_id: Uuid,
        constituent_id: Uuid,
        workstation_id: Uuid,
        from_date: NaiveDate,
    ) -> Result<constituent_link::Model> {
        let row = constituent_link::Model {
            id: self.id(),
            member_id,
            constituent_id,
            workstation_id,
            from_date,
            to_date: None,
            last_contact_on: None,
            contacts: 0,
            reason: None,
            version: 1,
        };
        let row = row.into_active_model().insert(tx).await?;
        self.audit_link(tx, &row, "LINK", None).await?;
        Ok(row)
    }

    /// Gives a constituent to another member: the station does; the old link ends the same day.
    pub async fn pass_link(
        &self,
        id: Uuid,
        expected: i32,
        member: Uuid,
        reason: &str,
    ) -> Result<constituent_link::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        // The member's own right does not reach a link for another.
        let l = self.link_for(&tx, id, expected, false).await?;
        if l.member_id == member {
            return Err(Refusal::new("SELF", "该群众已由这位委员联系。").at("memberId").into());
        }
        let m = self.kept_by(&tx, member, l.workstation_id).await?;
        let (constituent, station) = (l.constituent_id, l.workstation_id);
        self.close_link(&tx, l, Some(reason)).await?;
        let row = self.put_link(&tx, m.id, constituent, station, self.today()).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    async fn link_for(
        &self,
        tx: &DatabaseTransaction,
        id: Uuid,
        expected: i32,
        own: bool,
    ) -> Result<constituent_link::Model> {
        let l = constituent_link::Entity::find_by_id(id).one(tx).await?.ok_or(Error::NotFound("联系"))?;
        self.need(Action::KeepLinks, l.workstation_id, own.then_some(l.member_id))?;
        same_version(expected, l.version, vec!["lastContactOn"])?;
        if l.to_date.is_some() {
            return Err(Refusal::new("LINK_ENDED", "该联系已经结束,请新建联系。").into());
        }
        Ok(l)
    }

    /// Writes down that they spoke.
    pub async fn record_contact(
        &self,
        id: Uuid,
        expected: i32,
        on: NaiveDate,
    ) -> Result<constituent_link::Model> {
        let tx = self.store.begin().await?;
        let l = self.link_for(&tx, id, expected, true).await?;
        order::check_day(on, l.from_date, self.today(), "联系日期", "on")?;
        let row = constituent_link::Model {
            last_contact_on: Some(l.last_contact_on.map_or(on, |last| Ord::max(last, on))),
            contacts: l.contacts + 1,
            version: l.version + 1,
            ..l
        };
        let row = row.into_active_model().reset_all().update(&tx).await?;
        self.audit_link(&tx, &row, "CONTACT", None).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    async fn close_link(
        &self,
        tx: &DatabaseTransaction,
        l: constituent_link::Model,
        reason: Option<String>,
    ) -> Result<constituent_link::Model> {
        let version = l.version + 1;
        let mut row = l.into_active_model();
        row.to_date = Set(Some(self.today()));
        row.reason = Set(reason.clone());
        row.version = Set(version);
        let row = row.update(tx).await?;
        self.audit_link(tx, &row, "END_LINK", reason).await?;
        Ok(row)
    }

    /// Ends a link, with a reason.
    pub async fn end_link(&self, id: Uuid, expected: i32, reason: &str) -> Result<constituent_link::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let l = self.link_for(&tx, id, expected, true).await?;
        let row = self.close_link(&tx, l, Some(reason)).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Name and telephone of a constituent: for the member who keeps the contact, and the station. Logged with the purpose
    /// before it is answered.
    pub async fn read_constituent(&self, link: Uuid, purpose: &str) -> Result<(String, String)> {
        let purpose = refusal::text(purpose, "用途", 200, "purpose")?;
        let tx = self.store.begin().await?;
        let l = constituent_link::Entity::find_by_id(link).one(&tx).await?.ok_or(Error::NotFound("联系"))?;
        // Rights end with the link.
        let own = l.to_date.is_none().then_some(l.member_id);
        if own.is_none() || own != self.viewer.person {
            self.need(Action::ReadContact, l.workstation_id, None)?;
        }
        let c = constituent::Entity::find_by_id(l.constituent_id).one(&tx).await?;
        let sealed = c.and_then(|c| Some((c.id, c.sealed?))).ok_or(Error::NotFound("联系方式"))?;
        self.audit_link(&tx, &l, "READ_CONTACT", Some(purpose)).await?;
        self.commit(tx).await?;
        Ok(serde_json::from_slice(&self.unseal(sealed.0.as_bytes(), &sealed.1)?)?)
    }

    /// Members and constituents that are linked today: (members, constituents). Two statements.
    pub async fn linked(&self, district: Option<&str>) -> Result<(i64, i64)> {
        use constituent_link::Column as C;
        let count = |column: C| -> Result<_> {
            Ok(constituent_link::Entity::find()
                .select_only()
                .column_as(Expr::col(column).count_distinct(), "n")
                .filter(C::ToDate.is_null().or(C::ToDate.gt(self.today())))
                .filter(C::WorkstationId.in_subquery(self.figured(district)?)))
        };
        let db = self.store.db();
        let members: Option<i64> = count(C::MemberId)?.into_tuple().one(db).await?;
        let constituents: Option<i64> = count(C::ConstituentId)?.into_tuple().one(db).await?;
        Ok((members.unwrap_or(0), constituents.unwrap_or(0)))
    }
}

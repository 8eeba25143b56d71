//! 共建单位: organisations with which a station has an agreement, and whose offers members answer for.
//!
//! What such a unit offers is a resource like any other: a member answers for it (联系委员), leads its orders, and has
//! them on his load. The unit stands on the printed list beside him.

use crate::desk::{Event, same_version};
use crate::entity::{duty_year, need_match, partner_organization as organization, resource};
use crate::paging::slice;
use crate::{Desk, Error, Page, Result, Slice};
use chrono::{Datelike, NaiveDate};
use domain::{
    Action, MatchStatus, MemberStatus, OrganizationKind, OrganizationStatus, Reach, Refusal, ResourceAction,
    ResourceStatus, YearStatus, refusal,
};
use organization::Column as C;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, Set,
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What a person writes of a partner organisation.
#[derive(Clone, Debug)]
pub struct OrganizationInput {
    /// Name, once a station.
    pub name: String,
    /// What it is.
    pub kind: OrganizationKind,
    /// The member who answers for what it offers.
    pub member: Uuid,
    /// Number of the agreement.
    pub agreement_no: String,
    /// First day.
    pub from: NaiveDate,
    /// Day after the last.
    pub to: Option<NaiveDate>,
}

/// Which partner organisations.
#[derive(Clone, Debug, Default)]
pub struct OrganizationFilter {
    /// Station.
    pub workstation: Option<Uuid>,
    /// The member who answers for it.
    pub member: Option<Uuid>,
    /// Where the agreement stands.
    pub status: Option<OrganizationStatus>,
    /// Part of the name.
    pub text: Option<String>,
}

impl organization::Model {
    /// Whether the agreement holds on all days of a window.
    pub(crate) fn covers(&self, from: NaiveDate, to: NaiveDate) -> bool {
        self.status == OrganizationStatus::Agreed
            && self.from_date <= from
            && self.to_date.is_none_or(|end| to < end)
    }

    /// Only what still holds can change.
    fn check_agreed(&self) -> Result<()> {
        if self.status == OrganizationStatus::Agreed {
            return Ok(());
        }
        let words = format!("与{}的共建已终止,不能再改;如继续共建,请以新名称重新登记。", self.name);
        Err(Refusal::new("PARTNERSHIP_STATE", words).into())
    }

    /// Whether one may offer something in a window: its agreement holds on all days of it.
    pub(crate) fn check_window(&self, from: NaiveDate, to: NaiveDate) -> Result<()> {
        self.check_agreed()?;
        if !self.covers(from, to) {
            let words =
                format!("可用时段超出与{}的协议期限({}),请改正,或先续签协议。", self.name, self.days());
            return Err(Refusal::new("AGREEMENT", words).at("windowTo").into());
        }
        Ok(())
    }

    /// The fields in which two differ.
    pub(crate) fn differs_from(&self, old: &organization::Model) -> Vec<&'static str> {
        [
            ("name", self.name != old.name),
            ("kind", self.kind != old.kind),
            ("memberId", self.member_id != old.member_id),
            ("agreementNo", self.agreement_no != old.agreement_no),
            ("from", self.from_date != old.from_date),
            ("to", self.to_date != old.to_date),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
    }

    /// The days of the agreement, as they are told.
    fn days(&self) -> String {
        match self.to_date {
            Some(end) => format!("{} 至 {} 前", self.from_date, end),
            None => format!("{} 起", self.from_date),
        }
    }
}

impl Desk {
    fn organizations_where(&self, f: &OrganizationFilter) -> Select<organization::Entity> {
        let own = C::MemberId.eq(self.viewer.person);
        let mut q = organization::Entity::find().filter(self.in_sight(C::WorkstationId, Some(own)));
        if let Some(station) = f.workstation {
            q = q.filter(C::WorkstationId.eq(station));
        }
        if let Some(member) = f.member {
            q = q.filter(C::MemberId.eq(member));
        }
        if let Some(status) = f.status {
            q = q.filter(C::Status.eq(status));
        }
        if let Some(text) = &f.text {
            q = q.filter(C::Name.contains(text));
        }
        q
    }

    /// Partner organisations of the stations in sight, by name; to a member those that he answers for.
    pub async fn partner_organizations(
        &self,
        f: &OrganizationFilter,
        page: &Page,
    ) -> Result<Slice<organization::Model>> {
        slice(self.store.db(), self.organizations_where(f), C::Name, page).await
    }

    /// How many.
    pub async fn count_partner_organizations(&self, f: &OrganizationFilter) -> Result<u64> {
        Ok(self.organizations_where(f).count(self.store.db()).await?)
    }

    /// Partner organisations by id: those in sight, and those whose resources are.
    pub async fn partner_organizations_by_id(&self, ids: &[Uuid]) -> Result<Vec<organization::Model>> {
        let own = C::MemberId.eq(self.viewer.person);
        let offering = resource::Entity::find()
            .select_only()
            .column(resource::Column::PartnerOrganizationId)
            .filter(resource::Column::PartnerOrganizationId.is_in(ids.iter().copied()))
            .filter(self.resources_in_sight());
        let rows = organization::Entity::find()
            .filter(C::Id.is_in(ids.iter().copied()))
            .filter(
                Condition::any()
                    .add(self.in_sight(C::WorkstationId, Some(own)))
                    .add(C::Id.in_subquery(offering.into_query())),
            )
            .all(self.store.db())
            .await?;
        Ok(rows.into_iter().map(|o| self.narrow_organization(o)).collect())
    }

    /// What leaves: the agreement is between the two, others see whose an offer is.
    fn narrow_organization(&self, mut o: organization::Model) -> organization::Model {
        let own = match self.reach(Action::ReadLists) {
            Reach::City => true,
            Reach::Stations => self.viewer.stations.contains(&o.workstation_id),
            Reach::Own => self.viewer.person == Some(o.member_id),
            Reach::Nothing => false,
        };
        if !own {
            o.agreement_no.clear();
            o.reason = None;
        }
        o
    }

    async fn checked_organization<D: ConnectionTrait>(
        &self,
        db: &D,
        station: Uuid,
        own: Option<&organization::Model>,
        mut input: OrganizationInput,
    ) -> Result<OrganizationInput> {
        input.name = refusal::text(&input.name, "单位名称", 100, "name")?;
        input.agreement_no = refusal::text(&input.agreement_no, "协议编号", 50, "agreementNo")?;
        if let Some(to) = input.to.filter(|to| *to <= input.from) {
            let words = format!("终止日 {to} 不晚于起始日 {},请核对。", input.from);
            return Err(Refusal::new("DATE", words).at("to").into());
        }
        let same = organization::Entity::find()
            .filter(C::WorkstationId.eq(station))
            .filter(C::Name.eq(&input.name))
            .one(db)
            .await?;
        if same.is_some_and(|s| own.is_none_or(|o| o.id != s.id)) {
            let words = format!("本站已有共建单位「{}」;请在原记录上修改。", input.name);
            return Err(Refusal::new("ALREADY", words).at("name").into());
        }
        let member = self.member_row(db, input.member).await?;
        if member.status != MemberStatus::Active && own.is_none_or(|o| o.member_id != member.id) {
            let words = format!("委员{}现在是「{}」,请另选联系委员。", member.name, member.status.label());
            return Err(Refusal::new("MEMBER_INACTIVE", words).at("memberId").into());
        }
        Ok(input)
    }

    /// Enters an organisation with which a station has an agreement.
    pub async fn register_partner_organization(
        &self,
        station: Uuid,
        input: OrganizationInput,
    ) -> Result<organization::Model> {
        let tx = self.store.begin().await?;
        self.need(Action::Partner, station, None)?;
        self.taking_station(&tx, station, self.today().year()).await?;
        let input = self.checked_organization(&tx, station, None, input).await?;
        let row = organization::Model {
            id: self.id(),
            workstation_id: station,
            name: input.name,
            kind: input.kind,
            member_id: input.member,
            agreement_no: input.agreement_no,
            from_date: input.from,
            to_date: input.to,
            status: OrganizationStatus::Agreed,
            reason: None,
            version: 1,
        };
        let row = row.into_active_model().insert(&tx).await?;
        self.audit_organization(&tx, &row, "REGISTER", &[], None).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Edits one. With another member, resources that nobody waits for follow him; what is suggested, offered or
    /// confirmed stays with the one who answers for it.
    pub async fn edit_partner_organization(
        &self,
        id: Uuid,
        expected: i32,
        input: OrganizationInput,
    ) -> Result<organization::Model> {
        let tx = self.store.begin().await?;
        let old = self.organization(&tx, id).await?;
        self.need(Action::Partner, old.workstation_id, None)?;
        old.check_agreed()?;
        let input = self.checked_organization(&tx, old.workstation_id, Some(&old), input).await?;
        let new = organization::Model {
            name: input.name,
            kind: input.kind,
            member_id: input.member,
            agreement_no: input.agreement_no,
            from_date: input.from,
            to_date: input.to,
            ..old.clone()
        };
        let differ = new.differs_from(&old);
        same_version(expected, old.version, differ.clone())?;
        let row = self.rewrite_organization(&tx, &old, new).await?;
        self.audit_organization(&tx, &row, "EDIT", &differ, None).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Writes one as it shall be, where all that it offers stays within the agreement.
    pub(crate) async fn rewrite_organization<D: ConnectionTrait>(
        &self,
        db: &D,
        old: &organization::Model,
        new: organization::Model,
    ) -> Result<organization::Model> {
        let offers = self.offered_by(db, old.id).await?;
        if let Some(r) = offers.iter().find(|r| !new.covers(r.window_from, r.window_to)) {
            let words = format!(
                "资源 {} 可用于 {} 至 {},超出协议期限({});请先改资源的可用时段,或撤回该资源。",
                r.number,
                r.window_from,
                r.window_to,
                new.days()
            );
            return Err(Refusal::new("AGREEMENT", words).at("to").into());
        }
        if new.member_id != old.member_id {
            let waited_for = need_match::Entity::find()
                .select_only()
                .column(need_match::Column::ResourceId)
                .filter(need_match::Column::Status.is_in([
                    MatchStatus::Suggested,
                    MatchStatus::Proposed,
                    MatchStatus::Confirmed,
                ]));
            resource::Entity::update_many()
                .col_expr(resource::Column::MemberId, Expr::value(new.member_id))
                .col_expr(resource::Column::Version, Expr::col(resource::Column::Version).add(1))
                .filter(resource::Column::Id.is_in(offers.iter().map(|r| r.id)))
                .filter(resource::Column::Id.not_in_subquery(waited_for.into_query()))
                .exec(db)
                .await?;
        }
        let row = organization::Model { version: old.version + 1, ..new };
        Ok(row.into_active_model().reset_all().update(db).await?)
    }

    /// Ends the agreement with one, for a reason: what it offers is withdrawn, and what is reserved of it given back.
    /// An order at work comes first.
    pub async fn end_partner_organization(
        &self,
        id: Uuid,
        expected: i32,
        reason: &str,
    ) -> Result<organization::Model> {
        let tx = self.store.begin().await?;
        let old = self.organization(&tx, id).await?;
        self.need(Action::Partner, old.workstation_id, None)?;
        old.check_agreed()?;
        same_version(expected, old.version, vec!["status"])?;
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        for r in self.offered_by(&tx, id).await? {
            let why = format!("与{}的共建终止:{reason}", old.name);
            self.step_resource(&tx, r, ResourceAction::Withdraw, Some(why)).await?;
        }
        let mut row = old.into_active_model();
        row.status = Set(OrganizationStatus::Ended);
        row.reason = Set(Some(reason.clone()));
        row.to_date = Set(Some(self.today()));
        row.version = Set(expected + 1);
        let row = row.update(&tx).await?;
        self.audit_organization(&tx, &row, "END", &[], Some(reason)).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    pub(crate) async fn organization<D: ConnectionTrait>(
        &self,
        db: &D,
        id: Uuid,
    ) -> Result<organization::Model> {
        organization::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound("共建单位"))
    }

    /// What one offers of years that are open, whatever its state but withdrawn.
    async fn offered_by<D: ConnectionTrait>(&self, db: &D, id: Uuid) -> Result<Vec<resource::Model>> {
        let closed = duty_year::Entity::find()
            .select_only()
            .column(duty_year::Column::Year)
            .filter(duty_year::Column::Status.eq(YearStatus::Closed));
        Ok(resource::Entity::find()
            .filter(resource::Column::PartnerOrganizationId.eq(id))
            .filter(resource::Column::Status.ne(ResourceStatus::Withdrawn))
            .filter(resource::Column::Year.not_in_subquery(closed.into_query()))
            .order_by_asc(resource::Column::Number)
            .all(db)
            .await?)
    }

    /// The organisations behind resources, by id.
    pub(crate) async fn organizations_of<D: ConnectionTrait>(
        &self,
        db: &D,
        resources: impl Iterator<Item = &resource::Model>,
    ) -> Result<HashMap<Uuid, organization::Model>> {
        let ids: BTreeSet<Uuid> = resources.filter_map(|r| r.partner_organization_id).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = organization::Entity::find().filter(C::Id.is_in(ids)).all(db).await?;
        Ok(rows.into_iter().map(|o| (o.id, o)).collect())
    }

    async fn audit_organization<D: ConnectionTrait>(
        &self,
        db: &D,
        o: &organization::Model,
        action: &str,
        fields: &[&str],
        reason: Option<String>,
    ) -> Result<()> {
        let event = Event {
            action,
            subject: "partner_organization",
            id: Some(o.id),
            workstation: Some(o.workstation_id),
            detail: serde_json::json!({"name": o.name, "status": o.status.code(), "fields": fields}),
            reason,
        };
        self.audit(db, event).await
    }
}

//! Needs: reading and their life up to the list.

use crate::desk::{Event, same_version};
use crate::entity::{constituent_link, duty_item, duty_list, joint_offer, need, need_match, requirement};
use crate::import::insert_all;
use crate::paging::slice;
use crate::{Desk, Error, NewRequirement, Page, Result, Slice};
use chrono::NaiveDate;
use domain::{
    Action, JointStatus, ListStatus, MatchStatus, NeedAction, NeedSource, NeedStatus, Publicity, Reach,
    Refusal, Urgency, number, privacy, refusal,
};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait, Select, Set,
};
use std::collections::HashSet;
use uuid::Uuid;

/// Which needs.
#[derive(Clone, Debug, Default)]
pub struct NeedFilter {
    /// Year.
    pub year: i32,
    /// State.
    pub status: Option<NeedStatus>,
    /// Station.
    pub workstation: Option<Uuid>,
    /// Class or one above it.
    pub category: Option<String>,
    /// How they came.
    pub source: Option<NeedSource>,
    /// Only those that came through a link with a constituent.
    pub constituent_link: Option<Uuid>,
    /// Only those whose requesters are to be told of an end in the year; they may be of an earlier one.
    pub to_tell: bool,
    /// Only those that were carried over twice or more: the district looks at them.
    pub carried_again: bool,
    /// Urgency.
    pub urgency: Option<Urgency>,
    /// Part of the title or number.
    pub text: Option<String>,
}

/// What needs are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NeedOrder {
    /// Number.
    #[default]
    Number,
    /// Day they came in.
    CollectedOn,
    /// Title.
    Title,
}

/// What a person writes of a need.
#[derive(Clone, Debug)]
pub struct NeedInput {
    /// Title.
    pub title: String,
    /// Text.
    pub description: String,
    /// Class.
    pub category: Option<String>,
    /// How it came.
    pub source: NeedSource,
    /// Area; none: the station's.
    pub area: Option<String>,
    /// Place.
    pub place: Option<String>,
    /// Persons.
    pub persons: i32,
    /// Households.
    pub households: i32,
    /// Shops.
    pub shops: i32,
    /// Urgency.
    pub urgency: Urgency,
    /// Deadline.
    pub desired_by: Option<NaiveDate>,
    /// Whether it may be shown.
    pub publicity: Publicity,
    /// What it takes; `None` leaves what there is: at registration one unit of the need's class.
    pub requirements: Option<Vec<NewRequirement>>,
    /// Requester's name and telephone, for the vault.
    pub contact: Option<(String, String)>,
    /// The link with a constituent through which it came.
    pub constituent_link: Option<Uuid>,
}

impl Desk {
    /// A need is in sight of its station and those above, of a member to whom it is offered, and of everybody once it
    /// is on a published list.
    fn needs_in_sight(&self) -> Condition {
        let published = duty_list::Entity::find()
            .select_only()
            .column(duty_list::Column::Id)
            .filter(duty_list::Column::Status.eq(ListStatus::Published));
        let listed = duty_item::Entity::find()
            .select_only()
            .column(duty_item::Column::NeedId)
            .filter(duty_item::Column::ListId.in_subquery(published.into_query()));
        let any = Condition::any()
            .add(self.in_sight(need::Column::WorkstationId, None))
            .add(need::Column::Id.in_subquery(listed.into_query()));
        match self.reach(Action::ReadLists) {
            Reach::Own => any.add(need::Column::Id.in_subquery(self.offered().into_query())),
            Reach::Stations => any.add(need::Column::Id.in_subquery(self.offered_jointly().into_query())),
            _ => any,
        }
    }

    /// Needs that the viewer's person has been asked for.
    fn offered(&self) -> Select<need_match::Entity> {
        need_match::Entity::find()
            .select_only()
            .column(need_match::Column::NeedId)
            .filter(need_match::Column::MemberId.eq(self.viewer.person))
            .filter(need_match::Column::Status.is_in(MatchStatus::HOLDING))
    }

    /// Needs that another station has asked the viewer's to carry with it.
    fn offered_jointly(&self) -> Select<joint_offer::Entity> {
        joint_offer::Entity::find()
            .select_only()
            .column(joint_offer::Column::NeedId)
            .filter(joint_offer::Column::WorkstationId.is_in(self.viewer.stations.iter().copied()))
            .filter(joint_offer::Column::Status.is_in([JointStatus::Proposed, JointStatus::Agreed]))
    }

    /// Takes from needs what the viewer may not read.
    pub(crate) async fn narrow_all(&self, rows: Vec<need::Model>) -> Result<Vec<need::Model>> {
        let ids: Vec<Uuid> = rows.iter().map(|n| n.id).collect();
        let foreign = |n: &need::Model| !self.may(Action::ReadLists, n.workstation_id);
        let offered: HashSet<Uuid> = match self.reach(Action::ReadLists) {
            Reach::Own => {
                let mine = self.offered().filter(need_match::Column::NeedId.is_in(ids));
                mine.into_tuple::<Uuid>().all(self.store.db()).await?.into_iter().collect()
            }
            Reach::Stations if rows.iter().any(foreign) => {
                let asked = self.offered_jointly().filter(joint_offer::Column::NeedId.is_in(ids));
                let asked: Vec<Uuid> = asked.into_tuple().all(self.store.db()).await?;
                let of_others = |id: &Uuid| rows.iter().any(|n| n.id == *id && foreign(n));
                asked.into_iter().filter(of_others).collect()
            }
            _ => HashSet::new(),
        };
        // Who is asked for help knows what for; where exactly and who, the station says.
        let seen = |n: need::Model| {
            if offered.contains(&n.id) {
                need::Model { place: None, ..de_identified(n) }
            } else {
                self.narrow(n)
            }
        };
        Ok(rows.into_iter().map(seen).collect())
    }

    /// Takes from a need what the viewer may not read: the place, the text as it came in, and everything of a need
    /// that is not public (domain.md §11).
    pub(crate) fn narrow(&self, mut n: need::Model) -> need::Model {
        let own = match self.reach(Action::ReadLists) {
            Reach::City => return de_identified(n),
            Reach::Stations => self.viewer.stations.binary_search(&n.workstation_id).is_ok(),
            Reach::Own | Reach::Nothing => false,
        };
        if own && self.reach(Action::WriteNeed) != Reach::Nothing {
            return n;
        }
        if own {
            return de_identified(n);
        }
        n.place = None;
        n.constituent_link_id = None;
        n.external_no = None;
        n.status_reason = None;
        if n.publicity == Publicity::Internal {
            n.title = "不公开的需求".to_owned();
            n.description = String::new();
        }
        n.description = String::new();
        n.title = privacy::mask(&n.title);
        n
    }

    fn needs_where(&self, f: &NeedFilter) -> Select<need::Entity> {
        let mut q = need::Entity::find().filter(self.needs_in_sight());
        q = if f.to_tell {
            q.filter(crate::topic::to_tell(f.year))
        } else {
            q.filter(need::Column::Year.eq(f.year))
        };
        if let Some(status) = f.status {
            q = q.filter(need::Column::Status.eq(status));
        }
        if let Some(station) = f.workstation {
            q = q.filter(need::Column::WorkstationId.eq(station));
        }
        if let Some(category) = &f.category {
            q = q.filter(need::Column::Category.starts_with(category));
        }
        // Who has told a need is known at the station alone, as the link is.
        if let Some(link) = f.constituent_link {
            q = q
                .filter(need::Column::ConstituentLinkId.eq(link))
                .filter(self.in_sight(need::Column::WorkstationId, None));
        }
        if f.carried_again {
            q = q.filter(carried_again());
        }
        if let Some(source) = f.source {
            q = q.filter(need::Column::Source.eq(source));
        }
        if let Some(urgency) = f.urgency {
            q = q.filter(need::Column::Urgency.eq(urgency));
        }
        if let Some(text) = &f.text {
            q = q.filter(need::Column::Title.contains(text).or(need::Column::Number.contains(text)));
        }
        q
    }

    /// Needs in the order asked for.
    pub async fn needs(&self, f: &NeedFilter, by: NeedOrder, page: &Page) -> Result<Slice<need::Model>> {
        let by = match by {
            NeedOrder::Number => need::Column::Number,
            NeedOrder::CollectedOn => need::Column::CollectedOn,
            NeedOrder::Title => need::Column::Title,
        };
        self.narrow_slice(slice(self.store.db(), self.needs_where(f), by, page).await?).await
    }

    /// A page of needs, each as far as the viewer may read it.
    pub(crate) async fn narrow_slice(&self, page: Slice<need::Model>) -> Result<Slice<need::Model>> {
        let (cursors, rows): (Vec<String>, Vec<need::Model>) = page.rows.into_iter().unzip();
        let rows = cursors.into_iter().zip(self.narrow_all(rows).await?).collect();
        Ok(Slice { rows, next: page.next, previous: page.previous })
    }

    /// How many needs.
    pub async fn count_needs(&self, f: &NeedFilter) -> Result<u64> {
        Ok(self.needs_where(f).count(self.store.db()).await?)
    }

    /// Needs by id.
    pub async fn needs_by_id(&self, ids: &[Uuid]) -> Result<Vec<need::Model>> {
        let rows = need::Entity::find()
            .filter(need::Column::Id.is_in(ids.iter().copied()))
            .filter(self.needs_in_sight())
            .all(self.store.db())
            .await?;
        self.narrow_all(rows).await
    }

    async fn need_for(&self, tx: &DatabaseTransaction, id: Uuid, action: Action) -> Result<need::Model> {
        let n = need::Entity::find_by_id(id).one(tx).await?.ok_or(Error::NotFound("需求"))?;
        self.need(action, n.workstation_id, None)?;
        self.open_year(tx, n.year).await?;
        Ok(n)
    }

    async fn checked<C: ConnectionTrait>(
        &self,
        db: &C,
        input: &NeedInput,
        default_area: &str,
    ) -> Result<(String, String, String)> {
        let title = refusal::text(&input.title, "标题", 100, "title")?;
        let description = refusal::text(&input.description, "内容", 5000, "description")?;
        for (n, name, path) in [
            (input.persons, "人数", "persons"),
            (input.households, "户数", "households"),
            (input.shops, "商户数", "shops"),
        ] {
            if !(0..=1_000_000).contains(&n) {
                return Err(Refusal::new("RANGE", format!("「{name}」为 {n},应在 0 至 1000000 之间。"))
                    .at(path)
                    .into());
            }
        }
        let area = input.area.clone().unwrap_or_else(|| default_area.to_owned());
        if crate::entity::area::Entity::find_by_id(area.clone()).one(db).await?.is_none() {
            return Err(Refusal::new("AREA", format!("没有代码为 {area} 的区划,请从区划表中选择。"))
                .at("area")
                .into());
        }
        self.known_class(db, input.category.as_deref()).await?;
        Ok((title, description, area))
    }

    /// The link through which a need came is one of its station, and says so.
    async fn came_through<C: ConnectionTrait>(&self, db: &C, input: &NeedInput, station: Uuid) -> Result<()> {
        let Some(link) = input.constituent_link else { return Ok(()) };
        if input.source != NeedSource::Constituent {
            let words = format!(
                "来源是「{}」,只有「{}」的需求可以注明由哪位群众反映;请改来源,或不注明。",
                input.source.label(),
                NeedSource::Constituent.label()
            );
            return Err(Refusal::new("SOURCE", words).at("constituentLinkId").into());
        }
        let known = constituent_link::Entity::find_by_id(link).one(db).await?;
        if known.is_none_or(|l| l.workstation_id != station) {
            return Err(Error::NotFound("联系"));
        }
        Ok(())
    }

    async fn checked_requirements<C: ConnectionTrait>(
        &self,
        db: &C,
        rows: Option<Vec<NewRequirement>>,
    ) -> Result<Option<Vec<NewRequirement>>> {
        let Some(rows) = rows else { return Ok(None) };
        if rows.is_empty() || rows.len() > 8 {
            return Err(Refusal::new("RANGE", format!("必要条件有 {} 项,应为 1 至 8 项。", rows.len()))
                .at("requirements")
                .into());
        }
        for r in &rows {
            refusal::text(&r.label, "必要条件", 100, "requirements")?;
            if !(1..=20).contains(&r.quantity) {
                return Err(Refusal::new("RANGE", format!("「数量」为 {},应在 1 至 20 之间。", r.quantity))
                    .at("requirements")
                    .into());
            }
            self.known_class(db, r.category.as_deref()).await?;
        }
        Ok(Some(rows))
    }

    async fn known_class<C: ConnectionTrait>(&self, db: &C, class: Option<&str>) -> Result<()> {
        let Some(c) = class else { return Ok(()) };
        if crate::entity::category::Entity::find_by_id(c).one(db).await?.is_none() {
            return Err(Refusal::new("CATEGORY", format!("没有代码为 {c} 的类别,请从类别表中选择。"))
                .at("category")
                .into());
        }
        Ok(())
    }

    async fn write_requirements<C: ConnectionTrait>(
        &self,
        db: &C,
        need_id: Uuid,
        rows: Vec<NewRequirement>,
    ) -> Result<()> {
        let rows = rows.into_iter().zip(1..).map(|(r, seq)| {
            let (label, category, quantity) = (r.label, r.category, r.quantity);
            requirement::Model { id: self.id(), need_id, seq, label, category, quantity, mandatory: true }
                .into_active_model()
        });
        insert_all(db, rows.collect()).await
    }

    /// What needs take, in order.
    pub async fn requirements_of(&self, needs: &[Uuid]) -> Result<Vec<requirement::Model>> {
        self.requirements_in(self.store.db(), needs).await
    }

    /// A need by number.
    pub async fn need_by_number(&self, number: &str) -> Result<Option<need::Model>> {
        let found = need::Entity::find()
            .filter(need::Column::Number.eq(number))
            .filter(self.needs_in_sight())
            .one(self.store.db())
            .await?;
        Ok(self.narrow_all(found.into_iter().collect()).await?.pop())
    }

    /// Registers a need as a draft of a station.
    pub async fn register_need(
        &self,
        workstation_id: Uuid,
        year: i32,
        input: NeedInput,
    ) -> Result<need::Model> {
        self.need(Action::WriteNeed, workstation_id, None)?;
        let tx = self.store.begin().await?;
        let station = self.station(&tx, workstation_id).await?;
        let (title, description, area) = self.checked(&tx, &input, &station.area).await?;
        self.came_through(&tx, &input, workstation_id).await?;
        domain::area::check_year(year)?;
        self.open_year(&tx, year).await?;
        let requirements = self.checked_requirements(&tx, input.requirements).await?;
        let n = self.next_numbers(&tx, &format!("{}-{year}-N", station.code), 1).await?;
        let personal_data = !privacy::find(&title).is_empty() || !privacy::find(&description).is_empty();
        let row = need::Model {
            id: self.id(),
            number: number::item(&station.code, year, 'N', n),
            year,
            workstation_id,
            title,
            description,
            category: input.category,
            proposed_category: None,
            source: input.source,
            external_no: None,
            collected_on: self.today(),
            area,
            place: input.place,
            persons: input.persons,
            households: input.households,
            shops: input.shops,
            urgency: input.urgency,
            desired_by: input.desired_by,
            publicity: input.publicity,
            status: NeedStatus::Draft,
            status_reason: None,
            merged_into: None,
            duplicate_of: None,
            personal_data,
            carried_from: None,
            carried_times: None,
            constituent_link_id: input.constituent_link,
            version: 1,
        };
        let row = row.into_active_model().reset_all().insert(&tx).await?;
        let requirements = requirements.unwrap_or_else(|| {
            vec![NewRequirement { label: row.title.clone(), category: None, quantity: 1 }]
        });
        self.write_requirements(&tx, row.id, requirements).await?;
        if let Some((name, phone)) = input.contact {
            self.seal_contacts(&tx, vec![(row.id, name, phone)]).await?;
        }
        self.audit(
            &tx,
            Event {
                action: "REGISTER",
                subject: "need",
                id: Some(row.id),
                workstation: Some(workstation_id),
                detail: serde_json::json!({"number": row.number}),
                reason: None,
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Edits a need that is not yet matched.
    pub async fn edit_need(&self, id: Uuid, expected: i32, input: NeedInput) -> Result<need::Model> {
        let tx = self.store.begin().await?;
        let old = self.need_for(&tx, id, Action::WriteNeed).await?;
        old.status.editable()?;
        let (title, description, area) = self.checked(&tx, &input, &old.area).await?;
        self.came_through(&tx, &input, old.workstation_id).await?;
        let personal_data = !privacy::find(&title).is_empty() || !privacy::find(&description).is_empty();
        let new = need::Model {
            title,
            description,
            category: input.category,
            source: input.source,
            area,
            place: input.place,
            persons: input.persons,
            households: input.households,
            shops: input.shops,
            urgency: input.urgency,
            desired_by: input.desired_by,
            publicity: input.publicity,
            personal_data,
            constituent_link_id: input.constituent_link,
            ..old.clone()
        };
        let differ: Vec<&'static str> = [
            ("title", new.title != old.title),
            ("description", new.description != old.description),
            ("category", new.category != old.category),
            ("source", new.source != old.source),
            ("area", new.area != old.area),
            ("place", new.place != old.place),
            ("persons", new.persons != old.persons),
            ("households", new.households != old.households),
            ("shops", new.shops != old.shops),
            ("urgency", new.urgency != old.urgency),
            ("desiredBy", new.desired_by != old.desired_by),
            ("publicity", new.publicity != old.publicity),
            ("constituentLinkId", new.constituent_link_id != old.constituent_link_id),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect();
        same_version(expected, old.version, differ.clone())?;
        if let Some(requirements) = self.checked_requirements(&tx, input.requirements).await? {
            let matched =
                need_match::Entity::find().filter(need_match::Column::NeedId.eq(id)).count(&tx).await?;
            if matched > 0 {
                return Err(Refusal::new(
                    "REQUIREMENTS_MATCHED",
                    "该需求已有匹配记录,必要条件不能再改;请登记一项新的需求。",
                )
                .at("requirements")
                .into());
            }
            requirement::Entity::delete_many().filter(requirement::Column::NeedId.eq(id)).exec(&tx).await?;
            self.write_requirements(&tx, id, requirements).await?;
        }
        let row =
            need::Model { version: expected + 1, ..new }.into_active_model().reset_all().update(&tx).await?;
        self.audit(
            &tx,
            Event {
                action: "EDIT",
                subject: "need",
                id: Some(id),
                workstation: Some(old.workstation_id),
                detail: serde_json::json!({"fields": differ}),
                reason: None,
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Moves a need along its life. Refusing, referring, merging and withdrawing ask for a reason; merging for the
    /// head, which keeps every requester: the merged need stays, with its own contact.
    pub async fn move_need(
        &self,
        id: Uuid,
        expected: i32,
        action: NeedAction,
        reason: Option<&str>,
        head: Option<Uuid>,
    ) -> Result<need::Model> {
        let right = match action {
            NeedAction::Submit | NeedAction::Withdraw => Action::WriteNeed,
            _ => Action::DecideNeed,
        };
        let tx = self.store.begin().await?;
        let n = self.need_for(&tx, id, right).await?;
        let next = n.status.apply(action)?;
        same_version(expected, n.version, vec!["status"])?;
        let reason = match action {
            NeedAction::Refuse | NeedAction::Refer | NeedAction::Merge | NeedAction::Withdraw => {
                Some(refusal::text(reason.unwrap_or(""), "原因", 200, "reason")?)
            }
            _ => None,
        };
        if action == NeedAction::Verify && n.category.is_none() {
            return Err(Refusal::new("UNCATEGORISED", "需求还没有确认类别,请先选择类别再核实。")
                .at("category")
                .into());
        }
        let merged_into = if action == NeedAction::Merge {
            let head = self
                .need_for(
                    &tx,
                    head.ok_or_else(|| Refusal::new("HEAD", "请指明并入哪一项需求。").at("headId"))?,
                    right,
                )
                .await?;
            if head.id == id || head.merged_into.is_some() {
                return Err(Refusal::new("HEAD", "不能并入自身或已并单的需求,请选并单的首件。")
                    .at("headId")
                    .into());
            }
            head.status.editable()?;
            Some(head.id)
        } else {
            None
        };
        let before = n.status;
        let mut row = n.into_active_model();
        row.status = Set(next);
        row.status_reason = Set(reason.clone());
        row.merged_into = Set(merged_into);
        row.version = Set(expected + 1);
        let n = row.update(&tx).await?;
        let detail = serde_json::json!({"number": n.number, "before": before.code(), "after": next.code()});
        self.audit(
            &tx,
            Event {
                action: action.code(),
                subject: "need",
                id: Some(id),
                workstation: Some(n.workstation_id),
                detail,
                reason,
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(n)
    }
}

/// Needs that were carried over twice or more (domain.md §10).
pub(crate) fn carried_again() -> sea_orm::sea_query::SimpleExpr {
    need::Column::CarriedTimes.gte(2)
}

fn de_identified(mut n: need::Model) -> need::Model {
    n.constituent_link_id = None;
    n.title = privacy::mask(&n.title);
    n.description = privacy::mask(&n.description);
    n
}

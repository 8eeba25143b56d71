//! Needs: their life up to the list.

use crate::desk::{Event, same_version};
use crate::entity::{constituent_link, need, need_match, requirement};
use crate::import::insert_all;
use crate::{Desk, Error, NewRequirement, Result};
use chrono::NaiveDate;
use domain::{
    Action, NeedAction, NeedMark, NeedSource, NeedStatus, Publicity, Refusal, Urgency, number, privacy,
    refusal,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, Set,
};
use uuid::Uuid;

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

/// What a step of a need is given beside which need and which step.
#[derive(Clone, Copy, Debug, Default)]
pub struct NeedStep<'a> {
    /// Why.
    pub reason: Option<&'a str>,
    /// The need into which it is merged.
    pub head: Option<Uuid>,
    /// Code of the class that whoever verifies confirms or corrects.
    pub category: Option<&'a str>,
}

impl Desk {
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

    /// Registers a need as a draft of a station.
    pub async fn register_need(
        &self,
        workstation_id: Uuid,
        year: i32,
        input: NeedInput,
    ) -> Result<need::Model> {
        self.need(Action::WriteNeed, workstation_id, None)?;
        let tx = self.store.begin().await?;
        let station = self.taking_station(&tx, workstation_id, year).await?;
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
            verified_on: None,
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
            mark: None,
            mark_note: None,
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

    /// Marks a need as brought in bad faith or again and again, or takes the mark away, with a note: it stays and is
    /// handled, and is kept out of the rates (domain.md §10).
    pub async fn mark_need(
        &self,
        id: Uuid,
        expected: i32,
        mark: Option<NeedMark>,
        note: &str,
    ) -> Result<need::Model> {
        let note = refusal::text(note, "说明", 200, "note")?;
        let tx = self.store.begin().await?;
        let n = self.need_for(&tx, id, Action::DecideNeed).await?;
        same_version(expected, n.version, vec!["mark"])?;
        if n.mark == mark {
            let now = mark.map_or("没有标注".to_owned(), |m| format!("已标注为「{}」", m.label()));
            return Err(Refusal::new("MARK", format!("该需求现在{now},无须再改。")).at("mark").into());
        }
        let code = |m: Option<NeedMark>| m.map(NeedMark::code);
        let detail = serde_json::json!({"number": n.number, "before": code(n.mark), "after": code(mark)});
        let mut row = n.into_active_model();
        row.mark = Set(mark);
        row.mark_note = Set(mark.map(|_| note.clone()));
        row.version = Set(expected + 1);
        let n = row.update(&tx).await?;
        let event = Event {
            action: "MARK",
            subject: "need",
            id: Some(id),
            workstation: Some(n.workstation_id),
            detail,
            reason: Some(note),
        };
        self.audit(&tx, event).await?;
        self.commit(tx).await?;
        Ok(n)
    }

    /// Moves a need along its life. Refusing, referring, merging and withdrawing ask for a reason; merging for the
    /// head, which keeps every requester: the merged need stays, with its own contact. Who verifies may confirm or correct
    /// the class with it.
    pub async fn move_need(
        &self,
        id: Uuid,
        expected: i32,
        action: NeedAction,
        given: NeedStep<'_>,
    ) -> Result<need::Model> {
        let NeedStep { reason, head, category } = given;
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
        let corrected = category.filter(|_| action == NeedAction::Verify);
        self.known_class(&tx, corrected).await?;
        let class = corrected.map(str::to_owned).or_else(|| n.category.clone());
        if action == NeedAction::Verify && class.is_none() {
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
        let (before, class_before) = (n.status, n.category.clone());
        // A need that was merged before it was verified is as good as verified when it stands alone again.
        let verified = n.verified_on.or((next == NeedStatus::Open).then(|| self.today()));
        let mut row = n.into_active_model();
        row.status = Set(next);
        row.verified_on = Set(verified);
        row.status_reason = Set(reason.clone());
        row.merged_into = Set(merged_into);
        row.category = Set(class);
        row.version = Set(expected + 1);
        let n = row.update(&tx).await?;
        let mut detail =
            serde_json::json!({"number": n.number, "before": before.code(), "after": next.code()});
        if n.category != class_before {
            detail["category"] = serde_json::json!({"before": class_before, "after": n.category});
        }
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

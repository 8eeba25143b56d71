//! Freezing a list: everything that is printed of it, read once from the rows.

use crate::entity::{
    amendment, amendment_change, approval, area, assignment, category, duty_item, duty_item_match, duty_list,
    member, need, need_match, person, plan_reason, resource, sector, work_order, workstation,
};
use crate::snapshot::{
    SnapshotAmendment, SnapshotItem, SnapshotList, SnapshotMember, SnapshotResource, SnapshotShareable,
    SnapshotUnserved,
};
use crate::{Desk, Result};
use domain::{
    AmendmentStatus, AreaScope, AssignmentRole, ConvenerSeat, MatchStatus, NeedStatus, OrderStatus,
    Publicity, ResourceStatus, number, privacy,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

impl Desk {
    /// Everything that a printed list says, read once.
    pub(crate) async fn freeze<C: ConnectionTrait>(
        &self,
        db: &C,
        list: &duty_list::Model,
        signed: &[approval::Model],
    ) -> Result<SnapshotList> {
        let station = self.station(db, list.workstation_id).await?;
        let district = area::Entity::find_by_id(station.district.clone())
            .one(db)
            .await?
            .map_or(String::new(), |a| a.name);
        let seats = assignment::Entity::find()
            .filter(
                Condition::any()
                    .add(assignment::Column::WorkstationId.eq(station.id))
                    .add(assignment::Column::ClusterId.eq(station.cluster_id)),
            )
            .filter(assignment::Column::ToDate.is_null())
            .order_by_asc(assignment::Column::Id)
            .all(db)
            .await?;
        let people = by_id(
            person::Entity::find()
                .filter(
                    person::Column::Id
                        .is_in(seats.iter().map(|s| s.person_id).chain(signed.iter().map(|a| a.person_id))),
                )
                .all(db)
                .await?,
            |p| p.id,
        );
        let name = |id: Uuid| people.get(&id).map_or(String::new(), |p| p.name.clone());
        let holder = |role: AssignmentRole| {
            seats.iter().find(|s| s.role == role).map_or(String::new(), |s| name(s.person_id))
        };
        // Signatures keep the signer (domain.md §10).
        let signer = |seat: ConvenerSeat| {
            signed.iter().find(|a| a.seat == seat).map_or(String::new(), |a| name(a.person_id))
        };

        let items = duty_item::Entity::find()
            .filter(duty_item::Column::ListId.eq(list.id))
            .order_by_asc(duty_item::Column::Seq)
            .all(db)
            .await?;
        let needs = by_id(
            need::Entity::find()
                .filter(need::Column::Id.is_in(items.iter().map(|i| i.need_id)))
                .all(db)
                .await?,
            |n| n.id,
        );
        let joins = duty_item_match::Entity::find()
            .filter(duty_item_match::Column::ItemId.is_in(items.iter().map(|i| i.id)))
            .all(db)
            .await?;
        let matches = by_id(
            need_match::Entity::find()
                .filter(need_match::Column::Id.is_in(joins.iter().map(|j| j.match_id)))
                .filter(need_match::Column::Status.is_in([MatchStatus::Confirmed, MatchStatus::Used]))
                .all(db)
                .await?,
            |m| m.id,
        );
        let resident: Vec<Uuid> =
            seats.iter().filter(|s| s.role == AssignmentRole::ResidentMember).map(|s| s.person_id).collect();
        let members = by_id(
            member::Entity::find()
                .filter(
                    member::Column::Id
                        .is_in(matches.values().map(|m| m.member_id).chain(resident.iter().copied())),
                )
                .all(db)
                .await?,
            |m| m.id,
        );
        let sectors: HashMap<String, String> =
            sector::Entity::find().all(db).await?.into_iter().map(|s| (s.code, s.name)).collect();
        let resources = by_id(
            resource::Entity::find()
                .filter(resource::Column::Id.is_in(matches.values().map(|m| m.resource_id)))
                .all(db)
                .await?,
            |r| r.id,
        );
        let organizations = self.organizations_of(db, resources.values()).await?;
        let classes: HashMap<String, String> = category::Entity::find()
            .filter(category::Column::Code.is_in(needs.values().filter_map(|n| n.category.clone())))
            .all(db)
            .await?
            .into_iter()
            .map(|c| (c.code, c.name))
            .collect();

        let joint = self.joint_words(db, &items).await?;
        let progress = if list.edition == 0 { HashMap::new() } else { progress(db, &items).await? };
        let mut lines = Vec::with_capacity(items.len());
        for item in items {
            let Some(n) = needs.get(&item.need_id) else { continue };
            let mine: Vec<&need_match::Model> = joins
                .iter()
                .filter(|j| j.item_id == item.id)
                .filter_map(|j| matches.get(&j.match_id))
                .collect();
            let mut members: Vec<SnapshotMember> = mine
                .iter()
                .filter_map(|m| members.get(&m.member_id))
                .map(|m| SnapshotMember {
                    level: m.level.label().to_owned(),
                    name: m.name.clone(),
                    number: m.number.clone(),
                    sector: sectors.get(&m.sector).cloned().unwrap_or_default(),
                })
                .collect();
            members.sort_by(|a, b| a.number.cmp(&b.number));
            members.dedup();
            // Who offers something stands there without being named once more.
            let named: BTreeSet<&str> = item.partners.lines().collect();
            let owners: BTreeSet<String> = mine
                .iter()
                .filter_map(|m| organizations.get(&resources.get(&m.resource_id)?.partner_organization_id?))
                .filter(|o| !named.contains(o.name.as_str()))
                .map(|o| o.name.clone())
                .collect();
            let mut resources: Vec<SnapshotResource> = mine
                .iter()
                .filter_map(|m| resources.get(&m.resource_id))
                .map(|r| SnapshotResource { number: r.number.clone(), title: r.title.clone() })
                .collect();
            resources.sort();
            resources.dedup();
            let mut partners: Vec<String> = item.partners.lines().map(str::to_owned).collect();
            partners.extend(owners);
            lines.push(SnapshotItem {
                beneficiaries: number::beneficiaries(n.households, n.persons, n.shops, true),
                carried: n.carried_from.is_some(),
                category: n.category.as_ref().and_then(|c| classes.get(c)).cloned().unwrap_or_default(),
                expected_result: item.expected_result,
                form: item.form.label().to_owned(),
                joint: joint.get(&item.id).cloned().unwrap_or_default(),
                members,
                need_number: n.number.clone(),
                need_source: n.source.label().to_owned(),
                need_title: privacy::mask(&n.title),
                partners,
                progress: progress.get(&item.need_id).cloned().unwrap_or_default(),
                public: n.publicity == Publicity::Consented,
                quarter: item.quarter,
                removal_reason: item.removed.then(|| item.removal_reason.unwrap_or_default()),
                resources,
                score: mine.iter().map(|m| m.score).sum(),
                seq: item.seq,
                title: item.title,
            });
        }
        let level = |l: domain::MemberLevel| {
            resident.iter().filter(|id| members.get(id).is_some_and(|m| m.level == l)).count() as u32
        };
        Ok(SnapshotList {
            amendments: self.amendments_printed(db, list.id).await?,
            chief_convener: holder(AssignmentRole::ChiefConvener),
            district,
            edition: 0,
            first_convener: signer(ConvenerSeat::First),
            items: lines,
            members_city: level(domain::MemberLevel::City),
            members_district: level(domain::MemberLevel::District),
            members_region: level(domain::MemberLevel::Region),
            number: list.number.clone(),
            published_on: self.today().to_string(),
            second_convener: signer(ConvenerSeat::Second),
            shareable: shareable(db, &station, list.year).await?,
            station_code: station.code.clone(),
            station_head: holder(AssignmentRole::StationHead),
            station_name: station.name.clone(),
            title: list.title.clone(),
            unserved: self.appendix(db, &station, list.year).await?,
            year: list.year,
        })
    }

    /// The amendments of a list so far, the one that is being published among them.
    async fn amendments_printed<C: ConnectionTrait>(
        &self,
        db: &C,
        list: Uuid,
    ) -> Result<Vec<SnapshotAmendment>> {
        let rows = amendment::Entity::find()
            .filter(amendment::Column::ListId.eq(list))
            .filter(amendment::Column::Status.eq(AmendmentStatus::Published))
            .order_by_asc(amendment::Column::FromEdition)
            .all(db)
            .await?;
        let changes = amendment_change::Entity::find()
            .filter(amendment_change::Column::AmendmentId.is_in(rows.iter().map(|a| a.id)))
            .all(db)
            .await?;
        Ok(rows
            .into_iter()
            .map(|a| SnapshotAmendment {
                changes: changes.iter().filter(|c| c.amendment_id == a.id).count() as u32,
                edition: a.from_edition + 1,
                published_on: crate::desk::day_of(a.published_at.unwrap_or(self.at)).to_string(),
                reason: privacy::mask(&a.reason),
            })
            .collect())
    }

    async fn appendix<C: ConnectionTrait>(
        &self,
        db: &C,
        station: &workstation::Model,
        year: i32,
    ) -> Result<Vec<SnapshotUnserved>> {
        let Some(plan_id) = crate::plan::standing_id(db, year).await? else { return Ok(Vec::new()) };
        let needs = need::Entity::find()
            .filter(need::Column::WorkstationId.eq(station.id))
            .filter(need::Column::Year.eq(year))
            .filter(need::Column::Status.eq(NeedStatus::Open))
            .order_by_asc(need::Column::Number)
            .all(db)
            .await?;
        let reasons = by_id(
            plan_reason::Entity::find()
                .filter(plan_reason::Column::PlanId.eq(plan_id))
                .filter(plan_reason::Column::NeedId.is_in(needs.iter().map(|n| n.id)))
                .all(db)
                .await?,
            |r| r.need_id,
        );
        Ok(needs
            .into_iter()
            .filter_map(|n| {
                let r = reasons.get(&n.id)?;
                Some(SnapshotUnserved {
                    number: n.number,
                    public: n.publicity == Publicity::Consented,
                    reason: r.code.label().to_owned(),
                    remedy: r.remedy.clone(),
                    title: privacy::mask(&n.title),
                })
            })
            .collect())
    }
}

fn by_id<T>(rows: Vec<T>, id: impl Fn(&T) -> Uuid) -> HashMap<Uuid, T> {
    rows.into_iter().map(|r| (id(&r), r)).collect()
}

/// How far the needs of items have come: their latest order's state, and the requester's word once it is closed.
async fn progress<C: ConnectionTrait>(db: &C, items: &[duty_item::Model]) -> Result<HashMap<Uuid, String>> {
    let orders = work_order::Entity::find()
        .filter(work_order::Column::NeedId.is_in(items.iter().map(|i| i.need_id)))
        .order_by_asc(work_order::Column::Id)
        .all(db)
        .await?;
    // The latest stands.
    Ok(orders
        .into_iter()
        .map(|o| {
            let word = o.rating.filter(|_| o.status == OrderStatus::Closed).map_or("", |r| r.label());
            (o.need_id, format!("{} {word}", o.status.label()).trim_end().to_owned())
        })
        .collect())
}

/// A station's resources that serve others too and have room, by number.
async fn shareable<C: ConnectionTrait>(
    db: &C,
    station: &workstation::Model,
    year: i32,
) -> Result<Vec<SnapshotShareable>> {
    let resources = resource::Entity::find()
        .filter(resource::Column::WorkstationId.eq(station.id))
        .filter(resource::Column::Year.eq(year))
        .filter(resource::Column::Status.eq(ResourceStatus::Available))
        .filter(
            Condition::any()
                .add(resource::Column::CrossDistrict.eq(true))
                .add(resource::Column::AreaScope.eq(AreaScope::District)),
        )
        .order_by_asc(resource::Column::Number)
        .all(db)
        .await?;
    let held: HashMap<Uuid, i64> = need_match::Entity::find()
        .select_only()
        .column(need_match::Column::ResourceId)
        .column_as(need_match::Column::Id.count(), "held")
        .filter(need_match::Column::ResourceId.is_in(resources.iter().map(|r| r.id)))
        .filter(need_match::Column::Status.is_in(MatchStatus::HOLDING))
        .group_by(need_match::Column::ResourceId)
        .into_tuple::<(Uuid, i64)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    Ok(resources
        .into_iter()
        .filter_map(|r| {
            let held = held.get(&r.id).copied().unwrap_or(0);
            let free = r.per_year - i32::try_from(held).unwrap_or(i32::MAX);
            let scope = if r.cross_district { "跨旗县区" } else { r.area_scope.label() };
            (free > 0).then(|| SnapshotShareable {
                free,
                number: r.number,
                scope: scope.to_owned(),
                title: r.title,
                unit: r.unit,
            })
        })
        .collect())
}

//! Orders of the hotline 12345, by the hotline's number, and the table of its words.

use super::need::NewNeed;
use super::{Report, RowError, insert_all, repeated, unknown};
use crate::entity::{area, category, hotline_order, hotline_term, need, workstation};
use crate::{Desk, Result};
use chrono::NaiveDate;
use domain::{
    HotlineField, HotlineState, HotlineTaking, HotlineTerm, NeedSource, NeedStatus, Publicity, Urgency,
    area as areas,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// An order of the hotline, as its sheet has it (domain.md §3.3).
#[derive(Clone, Debug)]
pub struct NewHotlineOrder {
    /// Row of the file.
    pub row: usize,
    /// 工单编号.
    pub number: String,
    /// 工单类型.
    pub kind: String,
    /// 问题分类: the classes of three levels, the deepest last.
    pub class: Vec<String>,
    /// 标签.
    pub labels: Option<String>,
    /// 标题.
    pub title: String,
    /// 主要内容.
    pub text: String,
    /// 工单状态.
    pub state: String,
    /// 来电人.
    pub caller: Option<String>,
    /// 来电人电话.
    pub phone: Option<String>,
    /// 来电时间; none: the day of the import.
    pub called_on: Option<NaiveDate>,
    /// 被反映区.
    pub district: Option<String>,
    /// 街乡镇.
    pub township: Option<String>,
    /// 村/社区.
    pub village: Option<String>,
    /// 小区点位.
    pub place: Option<String>,
    /// 处理受理方式.
    pub channel: Option<String>,
    /// 企业名称.
    pub enterprise: Option<String>,
    /// 工单性质.
    pub nature: Option<String>,
    /// 工作站编号, where the office has written one in.
    pub station: Option<String>,
}

/// A word of the hotline with its row.
#[derive(Clone, Debug)]
pub struct NewHotlineTerm {
    /// Row of the file.
    pub row: usize,
    /// The word.
    pub term: HotlineTerm,
}

/// The name of a village, township or district without the word for what it is, which sheets write or leave out.
fn core(name: &str) -> &str {
    const KINDS: &[&str] = &[
        "社区居民委员会",
        "居民委员会",
        "社区居委会",
        "村民委员会",
        "村委会",
        "居委会",
        "社区",
        "街道办事处",
        "街道",
        "苏木",
        "镇",
        "乡",
        "村",
    ];
    let name = name.trim();
    KINDS.iter().find_map(|k| name.strip_suffix(k)).filter(|c| !c.is_empty()).unwrap_or(name)
}

/// Where the hotline's names of places lead.
struct Places {
    areas: HashMap<String, area::Model>,
    stations: Vec<workstation::Model>,
}

impl Places {
    /// The area that the names say, as deep as they are known.
    fn area(&self, r: &NewHotlineOrder) -> Option<String> {
        // Names do not identify: where several places bear one, the sheet has to say more (domain.md §5).
        let under = |parent: Option<&str>, name: &str, length: usize| {
            let mut found = self.areas.values().filter(|a| {
                a.code.len() == length
                    && a.valid_to.is_none()
                    && parent.is_none_or(|p| a.code.starts_with(p))
                    && core(&a.name) == core(name)
            });
            match (found.next(), found.next()) {
                (Some(one), None) => Some(one.code.clone()),
                _ => None,
            }
        };
        let district = r.district.as_deref().and_then(|n| under(None, n, 6));
        let township = r.township.as_deref().and_then(|n| under(district.as_deref(), n, 9)).or(district);
        r.village.as_deref().and_then(|n| under(township.as_deref(), n, 12)).or(township)
    }

    /// The station of an area: the one in it, or in the nearest around it that has exactly one.
    fn station(&self, area: &str) -> Option<&workstation::Model> {
        let around = [area.len(), 9, 6].into_iter().filter(|l| *l <= area.len());
        for length in around {
            let mut here = self.stations.iter().filter(|w| w.area.starts_with(&area[..length]));
            match (here.next(), here.next()) {
                (Some(one), None) => return Some(one),
                (Some(_), Some(_)) => return None,
                _ => {}
            }
        }
        None
    }
}

impl Desk {
    /// Orders of the hotline, by its number: new ones become needs that their stations verify, or are written down as
    /// referred, as the table of words says; known ones are taken again until they are verified. What was answered
    /// before it came here is left out, and said.
    pub async fn import_hotline(
        &self,
        year: i32,
        rows: Vec<NewHotlineOrder>,
        dry_run: bool,
        confirm_proposed: bool,
    ) -> Result<Report> {
        self.whole("hotline", dry_run, async |tx, report| {
            let terms = self.hotline_terms(tx).await?;
            let places = Places {
                areas: area::Entity::find().all(tx).await?.into_iter().map(|a| (a.code.clone(), a)).collect(),
                stations: workstation::Entity::find()
                    .filter(workstation::Column::ClosedOn.is_null())
                    .all(tx)
                    .await?,
            };
            let mut classes: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for c in category::Entity::find().all(tx).await? {
                classes.entry(c.name).or_default().push(c.code);
            }
            let known = self.hotline_known(tx, year).await?;
            let mut numbers: BTreeSet<String> = BTreeSet::new();
            let (mut needs, mut raw) = (Vec::new(), Vec::new());
            for r in rows {
                if !numbers.insert(r.number.clone()) {
                    report.errors.push(repeated(r.row, "工单编号", &r.number));
                    continue;
                }
                let mut means = |field: HotlineField, word: &str| {
                    let found = terms.meaning(field, word).map(str::to_owned);
                    if found.is_none() {
                        let expected = format!(
                            "不在热线用语表中,应为:{};可用 import hotline-terms 补充",
                            terms.words(field)
                        );
                        report.errors.push(RowError {
                            row: r.row,
                            column: field.label(),
                            value: word.to_owned(),
                            expected,
                        });
                    }
                    found
                };
                let (Some(taking), Some(state)) =
                    (means(HotlineField::Kind, &r.kind), means(HotlineField::State, &r.state))
                else {
                    continue;
                };
                if let Some(nature) = &r.nature
                    && means(HotlineField::Nature, nature).is_none()
                {
                    continue;
                }
                let old = known.get(&r.number);
                if let Some((number, _)) = old.filter(|o| o.1.is_none()) {
                    report.skipped.push((r.row, format!("已收为 {number} 并已核实或办结,保留本系统的内容")));
                    continue;
                }
                if old.is_none() && state == HotlineState::Answered.code() {
                    report.skipped.push((r.row, "热线已回复完成,不再收为需求".to_owned()));
                    continue;
                }
                let area = places.area(&r);
                let station = match (&r.station, old, &area) {
                    (_, Some((_, Some(code))), _) | (Some(code), _, _) => Some(code.clone()),
                    (None, _, Some(area)) => places.station(area).map(|w| w.code.clone()),
                    (None, _, None) => None,
                };
                let Some(station) = station else {
                    let what = [&r.district, &r.township, &r.village];
                    let value: Vec<&str> = what.into_iter().flatten().map(String::as_str).collect();
                    report.errors.push(RowError {
                        row: r.row,
                        column: "村/社区",
                        value: value.join(" "),
                        expected: "没有对应到唯一的工作站,请加「工作站编号」一列并填写".to_owned(),
                    });
                    continue;
                };
                if !places.stations.iter().any(|w| w.code == station) {
                    report.errors.push(unknown(
                        r.row,
                        "工作站编号",
                        &station,
                        "工作站编号",
                        "应为如 XC-015 的编号",
                    ));
                    continue;
                }
                let refer = taking == HotlineTaking::Refer.code();
                let one = |name: &String| classes.get(name).filter(|c| c.len() == 1).map(|c| c[0].clone());
                raw.push(hotline_order::Model {
                    need_id: Uuid::nil(),
                    number: r.number.clone(),
                    kind: r.kind,
                    class: Some(r.class.join("->")).filter(|c| !c.is_empty()),
                    labels: r.labels,
                    district: r.district,
                    township: r.township,
                    village: r.village,
                    channel: r.channel,
                    enterprise: r.enterprise.clone(),
                    nature: r.nature,
                });
                needs.push(NewNeed {
                    row: r.row,
                    station,
                    external_no: Some(r.number),
                    title: r.title,
                    description: r.text,
                    category: r.class.iter().rev().find_map(one),
                    source: NeedSource::Hotline,
                    collected_on: r.called_on.unwrap_or(self.today()),
                    area: area.filter(|a| areas::parent_of(a).is_some()),
                    place: r.place,
                    persons: 0,
                    households: 0,
                    shops: i32::from(r.enterprise.is_some()),
                    urgency: Urgency::Normal,
                    desired_by: None,
                    publicity: Publicity::Internal,
                    status: if refer { NeedStatus::Referred } else { NeedStatus::Submitted },
                    status_reason: refer.then(|| "热线举报件,按规定转有关单位,不入需求清单。".to_owned()),
                    requirements: Vec::new(),
                    contact_name: r.caller,
                    contact_phone: r.phone,
                });
            }
            if !report.errors.is_empty() {
                return Ok(());
            }
            self.take_needs(tx, report, year, needs, confirm_proposed).await?;
            if report.errors.is_empty() { self.keep_hotline(tx, year, raw).await } else { Ok(()) }
        })
        .await
    }

    /// Orders that are known: number of the need, and the code of its station while the hotline's words are still taken:
    /// until it is verified, in its own year.
    async fn hotline_known(
        &self,
        tx: &DatabaseTransaction,
        year: i32,
    ) -> Result<HashMap<String, (String, Option<String>)>> {
        let stations: HashMap<Uuid, String> =
            workstation::Entity::find().all(tx).await?.into_iter().map(|w| (w.id, w.code)).collect();
        let rows = need::Entity::find()
            .filter(need::Column::Source.eq(NeedSource::Hotline))
            .find_also_linked(need::ToHotline)
            .all(tx)
            .await?;
        Ok(rows
            .into_iter()
            .filter_map(|(n, o)| {
                let o = o?;
                let station = stations
                    .get(&n.workstation_id)
                    .filter(|_| n.status == NeedStatus::Submitted && n.year == year);
                Some((o.number, (n.number, station.cloned())))
            })
            .collect())
    }

    /// Keeps the hotline's own columns beside the needs, for the way back.
    async fn keep_hotline(
        &self,
        tx: &DatabaseTransaction,
        year: i32,
        raw: Vec<hotline_order::Model>,
    ) -> Result<()> {
        let needs: HashMap<String, Uuid> = need::Entity::find()
            .filter(need::Column::Year.eq(year))
            .filter(need::Column::Source.eq(NeedSource::Hotline))
            .all(tx)
            .await?
            .into_iter()
            .filter_map(|n| Some((n.external_no?, n.id)))
            .collect();
        let old: BTreeSet<String> =
            hotline_order::Entity::find().all(tx).await?.into_iter().map(|o| o.number).collect();
        let mut new = Vec::new();
        for row in raw {
            let Some(id) = needs.get(&row.number) else { continue };
            let row = hotline_order::Model { need_id: *id, ..row };
            if old.contains(&row.number) {
                row.into_active_model().reset_all().update(tx).await?;
            } else {
                new.push(row.into_active_model());
            }
        }
        insert_all(tx, new).await
    }

    /// The words of the hotline. The columns of the file take the place of what was known of them; the others keep
    /// theirs.
    pub async fn import_hotline_terms(&self, rows: Vec<NewHotlineTerm>, dry_run: bool) -> Result<Report> {
        self.whole("hotline-terms", dry_run, async |tx, report| {
            let mut seen = BTreeSet::new();
            for r in &rows {
                let t = &r.term;
                if !seen.insert((t.field, t.word.clone())) {
                    report.errors.push(repeated(r.row, "用语", &t.word));
                }
                let known = t.field.meanings();
                if !known.contains(&t.meaning.as_str()) {
                    report.errors.push(RowError {
                        row: r.row,
                        column: "含义",
                        value: t.meaning.clone(),
                        expected: format!("不在可选值之内,应为:{}", known.join("、")),
                    });
                }
            }
            if !report.errors.is_empty() {
                return Ok(());
            }
            let fields: BTreeSet<HotlineField> = rows.iter().map(|r| r.term.field).collect();
            let kept = self.hotline_terms(tx).await?.0.into_iter().filter(|t| !fields.contains(&t.field));
            hotline_term::Entity::delete_many().exec(tx).await?;
            report.created = rows.len();
            let all = rows.into_iter().map(|r| r.term).chain(kept).enumerate().map(|(seq, t)| {
                let row =
                    hotline_term::Model { field: t.field, word: t.word, seq: seq as i32, meaning: t.meaning };
                row.into_active_model()
            });
            insert_all(tx, all.collect()).await
        })
        .await
    }
}

//! `plan --explain` and `plan --what-if`: the standing plan explained and tried otherwise, in tables for a convener.

use crate::say;
use anyhow::{Context, bail};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;
use store::{Change, Desk, Effect};
use uuid::Uuid;

/// Candidates that are explained.
const CANDIDATES: usize = 5;
/// Needs of a comparison that are shown.
const SHOWN: usize = 30;

/// Why the standing plan serves a need as it does, or not, and what would change it.
pub async fn need(desk: &Desk, number: &str) -> anyhow::Result<()> {
    let need = desk.need_by_number(number).await?.with_context(|| format!("没有编号为 {number} 的需求"))?;
    say(&format!("{} {}({})", need.number, need.title, need.status.label()));
    let matches = desk.matches_of_needs(&[need.id]).await?;
    let resources = desk.resources_by_id(&matches.iter().map(|m| m.resource_id).collect::<Vec<_>>()).await?;
    for m in &matches {
        let Some(r) = resources.iter().find(|r| r.id == m.resource_id) else { continue };
        say(&format!(
            "  由资源 {}「{}」在第 {} 季度承接({}),{} 分:",
            r.number,
            r.title,
            m.quarter,
            m.status.label(),
            m.score
        ));
        let parts: Vec<domain::matching::score::Part> = serde_json::from_str(&m.parts)?;
        for part in parts {
            say(&format!("    {:>3}  {:<16} {}", part.points, part.rule, part.text));
        }
        if let (Some(other), Some(points)) = (&m.alternative, m.alternative_points) {
            say(&format!("    次优资源 {other},按方案的价格少 {points} 分"));
        }
    }
    for reason in desk.reasons_of(&[need.id]).await? {
        say(&format!("  未匹配:{} {}", reason.code.label(), reason.text));
        say(&format!("  办法:{}", reason.remedy));
    }
    let found = desk.candidates_for_need(need.id, false, CANDIDATES).await?;
    if !found.is_empty() {
        say("  现在的候选与方案未选的原因:");
    }
    for c in found {
        let why = desk.why_not(need.id, c.resource.id).await?;
        say(&format!("    {:>3} 分  {}  {}", c.score, c.resource.number, why.message));
        if let Some(with) = why.with {
            effect(desk, &with, "           ").await?;
        }
    }
    let remedies = desk.cheapest_changes(need.id).await?;
    if !remedies.is_empty() {
        say("  最小的改变(均已重新求解确认):");
    }
    for r in remedies {
        say(&format!("    {} 多满足 {} 件,总分变化 {} 分", r.message, r.with.served, r.with.score));
    }
    Ok(())
}

/// One change in the file of a what-if, by numbers: `[{"pin": {"need": "…", "resource": "…"}}]`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Wanted {
    Pin {
        need: String,
        resource: String,
    },
    Ban {
        need: String,
        resource: String,
    },
    Withdraw {
        need: String,
    },
    MoreUnits {
        resource: String,
        quarter: u8,
        more: u32,
    },
    YearUnits {
        resource: String,
        units: u32,
    },
    MoreLines {
        station: String,
        more: u32,
    },
    /// Points by code.
    Weights(std::collections::BTreeMap<String, i64>),
    NewResource {
        station: String,
        category: String,
        units: u32,
    },
}

/// The standing plan with the changes of a file, against itself. Nothing is written.
pub async fn what_if(desk: &Desk, year: i32, file: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("读不到 {}", file.display()))?;
    let wanted: Vec<Wanted> = serde_json::from_str(&text).with_context(|| {
        format!(
            "{} 不是变更的列表,应如 [{{\"pin\": {{\"need\": \"编号\", \"resource\": \"编号\"}}}}],另有 ban、withdraw、moreUnits、yearUnits、moreLines、weights、newResource",
            file.display()
        )
    })?;
    let need = async |number: &str| -> anyhow::Result<Uuid> {
        Ok(desk.need_by_number(number).await?.with_context(|| format!("没有编号为 {number} 的需求"))?.id)
    };
    let resource = async |number: &str| -> anyhow::Result<Uuid> {
        Ok(desk.resource_by_number(number).await?.with_context(|| format!("没有编号为 {number} 的资源"))?.id)
    };
    let workstation = async |code: &str| -> anyhow::Result<Uuid> {
        let found = desk.workstation_by_code(code).await?;
        Ok(found.with_context(|| format!("没有编号为 {code} 的工作站"))?.id)
    };
    let mut changes = Vec::new();
    for w in wanted {
        changes.push(match w {
            Wanted::Pin { need: n, resource: r } => Change::Pin(need(&n).await?, resource(&r).await?),
            Wanted::Ban { need: n, resource: r } => Change::Ban(need(&n).await?, resource(&r).await?),
            Wanted::Withdraw { need: n } => Change::Withdraw(need(&n).await?),
            Wanted::MoreUnits { resource: r, quarter, more } => {
                if !(1..=4).contains(&quarter) {
                    bail!("季度为 {quarter},应在 1 至 4 之间。");
                }
                Change::MoreUnits(resource(&r).await?, quarter, more)
            }
            Wanted::YearUnits { resource: r, units } => Change::YearUnits(resource(&r).await?, units),
            Wanted::MoreLines { station, more } => Change::MoreLines(workstation(&station).await?, more),
            Wanted::Weights(points) => Change::Weights(points.into_iter().collect()),
            Wanted::NewResource { station, category, units } => {
                Change::NewResource { station: workstation(&station).await?, category, units }
            }
        });
    }
    let with = desk.what_if(year, &changes).await?;
    say(&format!(
        "与现行方案相比:满足 {:+} 件(紧急 {:+}),总分 {:+},{} 件需求的安排不同。现行方案未改动。",
        with.served,
        with.urgent,
        with.score,
        with.moved.len()
    ));
    effect(desk, &with, "  ").await
}

/// The needs that a change touches, one a line.
async fn effect(desk: &Desk, with: &Effect, indent: &str) -> anyhow::Result<()> {
    let shown = &with.moved[..with.moved.len().min(SHOWN)];
    let needs = desk.needs_by_id(&shown.iter().map(|m| m.need).collect::<Vec<_>>()).await?;
    let ids: Vec<Uuid> =
        shown.iter().flat_map(|m| [m.before, m.after]).flatten().filter_map(|(r, _)| r).collect();
    let numbers: HashMap<Uuid, String> =
        desk.resources_by_id(&ids).await?.into_iter().map(|r| (r.id, r.number)).collect();
    let seat = |s: Option<(Option<Uuid>, i32)>| match s {
        Some((Some(r), q)) => format!("{} 第 {q} 季度", numbers.get(&r).map_or("?", String::as_str)),
        Some((None, q)) => format!("拟增资源 第 {q} 季度"),
        None => "未列入".to_owned(),
    };
    for m in shown {
        let number = needs.iter().find(|n| n.id == m.need).map_or("?", |n| n.number.as_str());
        say(&format!("{indent}{number}:{} → {}", seat(m.before), seat(m.after)));
    }
    if with.moved.len() > SHOWN {
        say(&format!("{indent}另有 {} 件。", with.moved.len() - SHOWN));
    }
    Ok(())
}

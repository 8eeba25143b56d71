//! Tables that are built in until an office loads its own: areas, classes of requests, sectors.

use domain::AreaLevel;
use std::collections::BTreeMap;
use store::{NewArea, NewCategory, NewSector};

const AREAS: &str = include_str!("data/areas.csv");
const CATEGORIES: &str = include_str!("data/categories.csv");
/// Of each class what the demo's needs and resources are about.
pub const THEMES: &str = include_str!("data/themes.csv");
/// Sectors, each with the class near it.
const SECTORS: &[(&str, &str)] = &[
    ("民革", "政法"),
    ("民盟", "教育文体"),
    ("民建", "经济管理"),
    ("民进", "教育文体"),
    ("农工党", "卫生计生"),
    ("九三学社", "科技与信息产业"),
    ("工商联", "商贸旅游"),
    ("工会", "劳动和社会保障"),
    ("共青团", "民政"),
    ("妇联", "民政"),
    ("侨联", "经济管理"),
    ("台胞台属", "商贸旅游"),
    ("少数民族", "党务政务"),
    ("宗教", "党务政务"),
    ("经济企业", "经济管理"),
    ("社会科学", "政法"),
    ("社会福利", "民政"),
    ("文化艺术", "教育文体"),
    ("新闻出版", "科技与信息产业"),
    ("教育", "教育文体"),
    ("体育", "教育文体"),
    ("医药卫生", "卫生计生"),
    ("农业", "农村农业"),
    ("特邀", "城乡建设"),
];

/// The areas of Hohhot.
pub fn areas() -> anyhow::Result<Vec<NewArea>> {
    let mut rows = Vec::new();
    for (i, r) in csv::Reader::from_reader(AREAS.as_bytes()).records().enumerate() {
        let r = r?;
        let level =
            AreaLevel::parse(&r[2]).ok_or_else(|| anyhow::anyhow!("区划表第 {} 行的级别不对", i + 2))?;
        let parent = (!r[4].is_empty()).then(|| r[4].to_owned());
        rows.push(NewArea {
            row: i + 2,
            code: r[0].into(),
            name: r[1].into(),
            level,
            kind: r[3].into(),
            parent,
            valid_from: None,
            valid_to: None,
            replaced_by: None,
        });
    }
    Ok(rows)
}

/// The names of the built-in classes, level by level.
pub fn class_names() -> anyhow::Result<Vec<text::Path>> {
    let mut reader = csv::Reader::from_reader(CATEGORIES.as_bytes());
    reader.records().map(|r| r.map(|r| [0, 1, 2].map(|k| r[k].to_owned())).map_err(Into::into)).collect()
}

/// The built-in classes of requests, numbered in the order of the table. They have no keywords: the model and its cues know
/// them; an office gives its own.
pub fn categories() -> anyhow::Result<Vec<NewCategory>> {
    let mut seen: BTreeMap<String, (String, usize)> = BTreeMap::new();
    let mut rows = Vec::new();
    let mut top = 0;
    for r in csv::Reader::from_reader(CATEGORIES.as_bytes()).records() {
        let r = r?;
        let mut parent = String::new();
        let mut path = String::new();
        for (level, name) in r.iter().take(3).enumerate() {
            path = format!("{path}/{name}");
            if let Some((code, _)) = seen.get(&path) {
                parent = code.clone();
                continue;
            }
            let n = if level == 0 {
                top += 1;
                top
            } else {
                let above = path.rsplit_once('/').map_or("", |p| p.0).to_owned();
                let count = seen.entry(above).or_default();
                count.1 += 1;
                count.1
            };
            let code = format!("{parent}{n:02}");
            seen.insert(path.clone(), (code.clone(), 0));
            let row = NewCategory {
                row: rows.len() + 2,
                code: code.clone(),
                name: name.to_owned(),
                standard: "内置".into(),
                keywords: String::new(),
            };
            rows.push(row);
            parent = code;
        }
    }
    Ok(rows)
}

/// The sectors with the classes near them.
pub fn sectors(categories: &[NewCategory]) -> Vec<NewSector> {
    let code = |name: &str| {
        categories
            .iter()
            .find(|c| c.code.len() == 2 && c.name == name)
            .map_or(String::new(), |c| c.code.clone())
    };
    SECTORS
        .iter()
        .enumerate()
        .map(|(i, (name, near))| NewSector {
            code: format!("J{:02}", i + 1),
            name: (*name).into(),
            affinity: code(near),
        })
        .collect()
}

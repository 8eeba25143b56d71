//! What was said before: copies, and the same matter in other words.

use crate::{Fault, rows};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use text::near::Index;

/// Prints the figures.
#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
pub fn figures(folder: &Path) -> Result<(), Fault> {
    let messages = rows(folder, "messages.csv")?;
    let mut index = Index::default();
    let number: HashMap<&str, u32> = messages.iter().map(|r| (&r[0], index.add(&r[2], &r[4]))).collect();
    let shingles = |id: &str| -> HashSet<Vec<char>> {
        let text: Vec<char> = number.get(id).map_or(Vec::new(), |n| {
            messages[*n as usize][4].chars().filter(|c| !c.is_whitespace()).collect()
        });
        text.windows(3).map(<[char]>::to_vec).collect()
    };
    let pairs = csv::Reader::from_reader(&include_bytes!("../../data/near-pairs.csv")[..])
        .records()
        .collect::<Result<Vec<_>, _>>()?;
    let mut in_band: HashMap<&str, f64> = HashMap::new();
    pairs.iter().for_each(|p| *in_band.entry(&p[2]).or_default() += 1.0);
    // Each pair stands for as many of its band; bands are by what was found of the shorter message.
    let judge = |label: &dyn Fn(&str) -> bool,
                 found: &dyn Fn(&csv::StringRecord) -> bool|
     -> Result<(f64, f64), Fault> {
        let (mut hit, mut wrong, mut missed) = (0.0, 0.0, 0.0);
        for p in &pairs {
            let weight = p[3].parse::<f64>()? / in_band[&p[2]];
            match (label(&p[4]), found(p)) {
                (true, true) => hit += weight,
                (false, true) => wrong += weight,
                (true, false) => missed += weight,
                (false, false) => {}
            }
        }
        Ok((hit / (hit + wrong), hit / (hit + missed)))
    };
    let near = |p: &csv::StringRecord| {
        let (a, b) = (number.get(&p[0])?, number.get(&p[1])?);
        index.near_to(*a).into_iter().find(|n| n.number == *b)
    };
    let (precision, recall) = judge(&|l| l == "copy", &|p| near(p).is_some_and(|n| n.is_copy()))?;
    let jaccard = |p: &csv::StringRecord| {
        let (a, b) = (shingles(&p[0]), shingles(&p[1]));
        let both = a.intersection(&b).count();
        both * 2 >= (a.len() + b.len() - both).max(1)
    };
    let (plain_precision, plain_recall) = judge(&|l| l == "copy", &jaccard)?;
    println!(
        "near copies, {} pairs labelled by reading: precision {precision:.3}, recall {recall:.3}; shingle Jaccard >= 0.5 {plain_precision:.3}, {plain_recall:.3}",
        pairs.len()
    );
    let (precision, recall) = judge(&|l| l != "other", &|p| near(p).is_some_and(|n| n.is_same_matter()))?;
    println!(
        "same matter in other words, by pairs (a few hot topics hold most): precision {precision:.3}, recall {recall:.3}"
    );
    let groups = topics(&pairs);
    let found = |k: usize| near(&pairs[k]).is_some_and(|n| n.is_same_matter());
    let (mut hit, mut wrong) = (0.0, 0.0);
    for group in groups.values() {
        hit += group.iter().filter(|k| found(**k)).count() as f64 / group.len() as f64;
    }
    for (k, p) in pairs.iter().enumerate() {
        wrong += f64::from(u8::from(&p[4] == "other" && found(k)));
    }
    println!(
        "same matter, each topic counted once: precision {:.3}, recall {:.3} ({} topics)",
        hit / (hit + wrong),
        hit / groups.len() as f64,
        groups.len()
    );

    Ok(())
}

/// Pairs of the same matter by topic: pairs that share a message are one.
fn topics(pairs: &[csv::StringRecord]) -> BTreeMap<String, Vec<usize>> {
    let mut above: HashMap<String, String> = HashMap::new();
    fn root(above: &HashMap<String, String>, x: &str) -> String {
        let mut x = x.to_owned();
        while let Some(y) = above.get(&x) {
            x.clone_from(y);
        }
        x
    }
    let same: Vec<usize> = (0..pairs.len()).filter(|k| &pairs[*k][4] != "other").collect();
    for k in &same {
        let (a, b) = (root(&above, &pairs[*k][0]), root(&above, &pairs[*k][1]));
        if a != b {
            above.insert(a, b);
        }
    }
    let mut topics: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for k in same {
        topics.entry(root(&above, &pairs[k][0])).or_default().push(k);
    }
    topics
}

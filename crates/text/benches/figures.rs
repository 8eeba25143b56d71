//! The figures of the text crate, on rows kept apart from training: `cargo bench -p text`. Reads the messages beside
//! the project (`../shared/data`, or `QINGDAN_DATA`); without them it says so and ends.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;
use text::near::Index;
use text::units::{Answered, UNITS_MODEL, UnitModel, examples, train_units};
use text::{CLASSES, Example, Lexicon, Model, train};

type Fault = Box<dyn Error>;

fn rows(folder: &std::path::Path, file: &str) -> Result<Vec<csv::StringRecord>, Fault> {
    Ok(csv::Reader::from_path(folder.join(file))?.records().collect::<Result<_, _>>()?)
}

/// The mean over the classes of the harmonic mean of precision and recall. Pairs are (true, guessed).
fn macro_f1(pairs: &[(String, String)]) -> f64 {
    let classes: HashSet<&String> = pairs.iter().map(|p| &p.0).collect();
    let f1 = |class: &String| {
        let count = |a: bool, b: bool| {
            pairs.iter().filter(|(t, g)| (t == class) == a && (g == class) == b).count() as f64
        };
        2.0 * count(true, true) / (2.0 * count(true, true) + count(false, true) + count(true, false))
    };
    classes.iter().map(|c| f1(c)).sum::<f64>() / classes.len() as f64
}

/// The plain baseline: cosine to the centroids of TF-IDF over runs of one to three characters.
struct Centroids {
    rarity: HashMap<String, f64>,
    of: BTreeMap<String, HashMap<String, f64>>,
}

fn runs(text: &str) -> HashMap<String, f64> {
    let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut counts = HashMap::new();
    for n in 1..=3 {
        for run in chars.windows(n) {
            *counts.entry(run.iter().collect()).or_insert(0.0) += 1.0;
        }
    }
    counts
}

fn scaled(mut vector: HashMap<String, f64>) -> HashMap<String, f64> {
    let length = vector.values().map(|x| x * x).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    vector.values_mut().for_each(|x| *x /= length);
    vector
}

impl Centroids {
    fn new(examples: &[Example]) -> Centroids {
        let counted: Vec<_> = examples.iter().map(|e| runs(&format!("{}{}", e.title, e.text))).collect();
        let mut with: HashMap<String, f64> = HashMap::new();
        counted.iter().flat_map(HashMap::keys).for_each(|k| *with.entry(k.clone()).or_default() += 1.0);
        let all = examples.len() as f64 + 1.0;
        let rarity =
            with.into_iter().filter(|(_, n)| *n >= 2.0).map(|(k, n)| (k, (all / (n + 1.0)).ln() + 1.0));
        let mut centroids = Centroids { rarity: rarity.collect(), of: BTreeMap::new() };
        let mut of: BTreeMap<String, HashMap<String, f64>> = BTreeMap::new();
        for (e, counts) in examples.iter().zip(counted) {
            let sum = of.entry(e.class.clone()).or_default();
            for (k, x) in centroids.weighed(counts) {
                *sum.entry(k).or_default() += x;
            }
        }
        centroids.of = of.into_iter().map(|(c, v)| (c, scaled(v))).collect();
        centroids
    }

    fn weighed(&self, counts: HashMap<String, f64>) -> HashMap<String, f64> {
        let weigh = |(k, n): (String, f64)| {
            let rarity = self.rarity.get(&k)?;
            Some((k, (1.0 + n.ln()) * rarity))
        };
        scaled(counts.into_iter().filter_map(weigh).collect())
    }

    fn ranked(&self, e: &Example) -> Vec<String> {
        let vector = self.weighed(runs(&format!("{}{}", e.title, e.text)));
        let cosine =
            |c: &HashMap<String, f64>| vector.iter().filter_map(|(k, x)| Some(x * c.get(k)?)).sum::<f64>();
        let mut all: Vec<(f64, &String)> = self.of.iter().map(|(name, c)| (cosine(c), name)).collect();
        all.sort_by(|a, b| b.0.total_cmp(&a.0));
        all.into_iter().map(|(_, name)| name.clone()).collect()
    }
}

const FOLDS: usize = 5;

/// The words of messages that are cut.
fn lexicon(examples: &[Example]) -> Lexicon {
    Lexicon::from_cut(examples.iter().map(|e| e.text.as_str()))
}

fn split(all: &[Example], fold: usize) -> (Vec<Example>, Vec<&Example>) {
    let rest = all.iter().enumerate().filter(|(k, _)| k % FOLDS != fold).map(|(_, e)| e.clone()).collect();
    (rest, all.iter().enumerate().filter(|(k, _)| k % FOLDS == fold).map(|(_, e)| e).collect())
}

/// As they were written: messages that are among the labelled ones too, judged by a model that has seen neither them
/// nor what copies them.
#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
fn raw(folder: &std::path::Path, labelled: &[Example]) -> Result<(), Fault> {
    // Permille of the shorter found again, and of likeness, from which a message is the labelled one: function words
    // are missing there.
    const SAME: (u32, u32) = (700, 600);
    let mut index = Index::default();
    for e in labelled {
        index.add("", &e.text);
    }
    let (mut held, mut found, mut asked) = (HashSet::new(), HashSet::new(), Vec::new());
    for row in rows(folder, "messages.csv")?.into_iter().chain(rows(folder, "messages-with-replies.csv")?) {
        let near = index.near(&row[2], &row[4]);
        let own = near.iter().filter(|n| n.copied >= SAME.0 && n.alike >= SAME.1).max_by_key(|n| n.alike);
        if let Some(own) = own.filter(|n| found.insert(n.number)) {
            held.extend(near.iter().filter(|n| n.is_copy()).map(|n| n.number as usize));
            asked.push((&labelled[own.number as usize], row[2].to_owned(), row[4].to_owned()));
        }
    }
    let rest: Vec<Example> =
        labelled.iter().enumerate().filter(|(k, _)| !held.contains(k)).map(|(_, e)| e.clone()).collect();
    let model = train(&rest, &lexicon(&rest)).ok_or("too few classes")?;
    let (mut pairs, mut cut, mut two) = (Vec::new(), Vec::new(), 0);
    for (labelled, title, text) in asked {
        let class = &labelled.class;
        let guesses = model.classify(&title, &text).guesses;
        two += usize::from(guesses.iter().take(2).any(|g| g.class == *class));
        pairs.push((class.clone(), guesses[0].class.clone()));
        cut.push((class.clone(), model.classify("", &labelled.text).guesses[0].class.clone()));
    }
    let right =
        |pairs: &[(String, String)]| pairs.iter().filter(|p| p.0 == p.1).count() as f64 / pairs.len() as f64;
    println!(
        "level-1 class, {} raw messages that are among the labelled ones, macro-F1: {:.3} (some classes have a handful); right {:.3}, among the first two {:.3}; the same cut into words: macro-F1 {:.3}, right {:.3}",
        pairs.len(),
        macro_f1(&pairs),
        right(&pairs),
        two as f64 / pairs.len() as f64,
        macro_f1(&cut),
        right(&cut)
    );
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
fn main() -> Result<(), Fault> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("QINGDAN_DATA").map_or(beside, PathBuf::from);
    if !folder.join("labelled-tokens.csv").exists() {
        println!("skipped: no messages in {}", folder.display());
        return Ok(());
    }

    let labelled: Vec<Example> = rows(&folder, "labelled-tokens.csv")?
        .iter()
        .map(|r| Example { class: r[0].to_owned(), title: String::new(), text: r[1].to_owned() })
        .collect();
    let (mut ours, mut plain, mut two) = (Vec::new(), Vec::new(), 0);
    for fold in 0..FOLDS {
        let (rest, held) = split(&labelled, fold);
        let (model, centroids) =
            (train(&rest, &lexicon(&rest)).ok_or("too few classes")?, Centroids::new(&rest));
        for e in held {
            let guesses = model.classify(&e.title, &e.text).guesses;
            two += usize::from(guesses.iter().take(2).any(|g| g.class == e.class));
            ours.push((e.class.clone(), guesses[0].class.clone()));
            plain.push((e.class.clone(), centroids.ranked(e).swap_remove(0)));
        }
    }
    println!(
        "level-1 class, {} messages cut into words, {FOLDS}-fold, macro-F1: {:.4}; centroids of TF-IDF {:.4}; among the first two {:.4}",
        labelled.len(),
        macro_f1(&ours),
        macro_f1(&plain),
        two as f64 / labelled.len() as f64
    );

    raw(&folder, &labelled)?;

    let answered: Vec<Answered> = rows(&folder, "messages-with-replies.csv")?
        .iter()
        .map(|r| Answered { title: r[2].to_owned(), text: r[4].to_owned(), answer: r[5].to_owned() })
        .collect();
    let asked = examples(&answered);
    let (mut ours, mut plain) = ([0; 3], [0; 3]);
    for fold in 0..FOLDS {
        let (rest, held) = split(&asked, fold);
        let (model, centroids) = (train_units(&rest).ok_or("too few units")?, Centroids::new(&rest));
        for e in held {
            let guessed: Vec<String> =
                model.suggest(&e.title, &e.text).into_iter().map(|g| g.class).collect();
            let ranked = centroids.ranked(e);
            for (k, within) in [1, 3, 5].into_iter().enumerate() {
                ours[k] += usize::from(guessed.iter().take(within).any(|u| *u == e.class));
                plain[k] += usize::from(ranked.iter().take(within).any(|u| *u == e.class));
            }
        }
    }
    let share = |hits: [usize; 3]| hits.map(|h| format!("{:.3}", h as f64 / asked.len() as f64)).join(" / ");
    println!(
        "unit that answered, {} of {} answers name one, {FOLDS}-fold, recall@1/3/5: {}; centroids of TF-IDF {}",
        asked.len(),
        answered.len(),
        share(ours),
        share(plain)
    );

    let messages = rows(&folder, "messages.csv")?;
    let mut index = Index::default();
    let number: HashMap<&str, u32> = messages.iter().map(|r| (&r[0], index.add(&r[2], &r[4]))).collect();
    let shingles = |id: &str| -> HashSet<Vec<char>> {
        let text: Vec<char> = number.get(id).map_or(Vec::new(), |n| {
            messages[*n as usize][4].chars().filter(|c| !c.is_whitespace()).collect()
        });
        text.windows(3).map(<[char]>::to_vec).collect()
    };
    let pairs = csv::Reader::from_reader(&include_bytes!("../data/near-pairs.csv")[..])
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

    let start = Instant::now();
    let model = Model::read(CLASSES)?;
    let first = model.classify("路灯", "不亮").guesses.len();
    let load = start.elapsed();
    let mut read = 0;
    let mut passes: Vec<f64> = (0..9)
        .map(|_| {
            let start = Instant::now();
            read = messages.iter().map(|r| model.classify(&r[2], &r[4]).guesses.len()).sum();
            messages.len() as f64 / start.elapsed().as_secs_f64()
        })
        .collect();
    let first_pass = passes[0];
    passes.sort_by(f64::total_cmp);
    let (slowest, speed) = (passes[0], passes[passes.len() / 2]);
    UnitModel::read(UNITS_MODEL)?;
    println!(
        "speed, one core, nine passes: median {speed:.0} messages/s, slowest {slowest:.0}, first {first_pass:.0} ({read} guesses); load and first answer {:.1} ms ({first} guesses); models {} and {} bytes",
        load.as_secs_f64() * 1e3,
        CLASSES.len(),
        UNITS_MODEL.len()
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

//! What messages are about: the level-1 class.

use crate::plain::LinearSvm;
use crate::{FOLDS, Fault, Messages, labels, rows, split};
use std::collections::HashSet;
use std::path::Path;
use text::near::Index;
use text::{Example, Finer, Lexicon, Model, train};

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

/// The words of messages that are cut.
fn lexicon(examples: &[Example]) -> Lexicon {
    Lexicon::from_cut(examples.iter().map(|e| e.text.as_str()))
}

/// Classes that are read in a message, cues beyond the model included, and whether these took from the model what it had
/// right.
struct Read {
    classes: Vec<String>,
    taken: bool,
}

impl Read {
    fn new(finer: &Finer, model: &Model, e: &Example) -> Read {
        let meaning = finer.read(model, &e.title, &e.text, 2);
        let classes: Vec<String> = meaning.classes.into_iter().map(|(guess, _)| guess.class).collect();
        let taken = classes[0] != e.class && !model.classes().contains(&classes[0]) && classes[1] == e.class;
        Read { classes, taken }
    }
}

/// A message as it was written, labelled by reading title and beginning, blind to what any model says of it. Where the
/// labelled rows themselves call such a matter now this, now that, either is right: some of these second labels were seen
/// at once, some were added by kind of matter (noise, stations, village roads, buyers' money) when the first errors had
/// been read. Drawn evenly from topics, and of the rare classes more, from what either of two plain models took for them;
/// none is a copy of a row that is cut into words.
struct Raw {
    example: Example,
    /// The fold in which it is judged, with all that is about the same matter.
    fold: usize,
}

impl Raw {
    /// Those of the classes that the rows cut into words have.
    fn read(messages: &Messages, cut_up: &[Example]) -> Result<Vec<Raw>, Fault> {
        let known: HashSet<&str> = cut_up.iter().map(|e| e.class.as_str()).collect();
        let (mut all, mut index) = (Vec::new(), Index::default());
        for label in labels(include_bytes!("../../data/raw-labels.csv"))? {
            if known.contains(&label[1]) {
                let row = messages.get(&label[0])?;
                let [class, also] = [1, 2].map(|k| label[k].to_owned());
                let example = Example { class, also, title: row[2].to_owned(), text: row[4].to_owned() };
                index.add(&example.title, &example.text);
                all.push(Raw { example, fold: all.len() % FOLDS });
            }
        }
        for group in index.groups(|_, n| n.is_same_matter()) {
            let fold = all[group.numbers[0] as usize].fold;
            group.numbers.iter().for_each(|n| all[*n as usize].fold = fold);
        }
        Ok(all)
    }
}

/// What teaches: rows cut into words, and raw ones that `may`.
fn teaching<'a>(cut_up: &[Example], raw: &'a [Raw], may: impl Fn(&'a Raw) -> bool) -> Vec<Example> {
    let raw = raw.iter().filter(|r| may(r)).map(|r| r.example.clone());
    cut_up.iter().cloned().chain(raw).collect()
}

/// Prints the figures.
pub fn figures(folder: &Path, messages: &Messages, finer: &Finer) -> Result<(), Fault> {
    let labelled: Vec<Example> = rows(folder, "labelled-tokens.csv")?
        .iter()
        .map(|r| Example { class: r[0].to_owned(), text: r[1].to_owned(), ..Example::default() })
        .collect();
    let raw = Raw::read(messages, &labelled)?;
    cut_into_words(&labelled, finer)?;
    as_written(&labelled, &raw, finer)?;
    labelled_too(messages, &labelled, &raw, finer)
}

#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
fn cut_into_words(labelled: &[Example], finer: &Finer) -> Result<(), Fault> {
    let (mut ours, mut plain, mut two, mut taken) = (Vec::new(), Vec::new(), 0, 0);
    for fold in 0..FOLDS {
        let (rest, held) = split(labelled, fold);
        let words = lexicon(&rest);
        let (model, svm) = (train(&rest, &words).ok_or("too few classes")?, LinearSvm::new(&rest));
        for e in held {
            let mut read = Read::new(finer, &model, e);
            two += usize::from(read.classes.contains(&e.class));
            taken += usize::from(read.taken);
            ours.push((e.class.clone(), read.classes.swap_remove(0)));
            plain.push((e.class.clone(), svm.ranked(e).swap_remove(0)));
        }
    }
    println!(
        "level-1 class, {} messages cut into words, {FOLDS}-fold, macro-F1: {:.4}; TF-IDF and a linear SVM {:.4}; among the first two {:.4}; {taken} that the model had right are taken from it by cues",
        labelled.len(),
        macro_f1(&ours),
        macro_f1(&plain),
        two as f64 / labelled.len() as f64
    );
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
fn as_written(labelled: &[Example], raw: &[Raw], finer: &Finer) -> Result<(), Fault> {
    let words = lexicon(labelled);
    let (mut ours, mut plain) = (Judged::default(), Judged::default());
    let mut taken = 0;
    for fold in 0..FOLDS {
        let rest = teaching(labelled, raw, |r| r.fold != fold);
        let (model, svm) = (train(&rest, &words).ok_or("too few classes")?, LinearSvm::new(&rest));
        for r in raw.iter().filter(|r| r.fold == fold) {
            let read = Read::new(finer, &model, &r.example);
            taken += usize::from(read.taken);
            ours.add(r, read.classes.into_iter());
            plain.add(r, svm.ranked(&r.example).into_iter());
        }
    }
    println!(
        "level-1 class, {} raw messages labelled by reading, {FOLDS}-fold: ours {ours}; TF-IDF and a linear SVM {plain}; {taken} that the model had right are taken from it by cues",
        ours.all.len(),
    );
    Ok(())
}

/// Labels and guesses.
#[derive(Default)]
struct Judged {
    /// Where one label is as right as another, the one that was guessed.
    all: Vec<(String, String)>,
    /// Those with one label.
    clear: Vec<(String, String)>,
    /// Right among the first two guesses.
    two: usize,
}

impl Judged {
    fn add(&mut self, raw: &Raw, mut guesses: impl Iterator<Item = String>) {
        let Example { class: label, also, .. } = &raw.example;
        let right = |guess: &str| guess == label || guess == also;
        let (Some(first), Some(second)) = (guesses.next(), guesses.next()) else { return };
        self.two += usize::from(right(&first) || right(&second));
        let truth = if right(&first) { first.clone() } else { label.clone() };
        if also.is_empty() {
            self.clear.push((truth.clone(), first.clone()));
        }
        self.all.push((truth, first));
    }
}

impl std::fmt::Display for Judged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "macro-F1 {:.3}, right {:.3}, among the first two {:.3}; of the {} with one label macro-F1 {:.3}, right {:.3}",
            macro_f1(&self.all),
            right(&self.all),
            self.two as f64 / self.all.len() as f64,
            self.clear.len(),
            macro_f1(&self.clear),
            right(&self.clear)
        )
    }
}

fn right(pairs: &[(String, String)]) -> f64 {
    pairs.iter().filter(|p| p.0 == p.1).count() as f64 / pairs.len() as f64
}

/// As they were written: messages that are among the labelled ones too, judged by models that have seen neither them
/// nor what copies them.
#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
fn labelled_too(messages: &Messages, labelled: &[Example], raw: &[Raw], finer: &Finer) -> Result<(), Fault> {
    // Permille of the shorter found again, and of likeness, from which a message is the labelled one: function words
    // are missing there.
    const SAME: (u32, u32) = (700, 600);
    let mut index = Index::default();
    for e in labelled {
        index.add("", &e.text);
    }
    let (mut held, mut found, mut asked) = (HashSet::new(), HashSet::new(), Vec::new());
    for row in &messages.rows {
        let near = index.near(&row[2], &row[4]);
        let own = near.iter().filter(|n| n.copied >= SAME.0 && n.alike >= SAME.1).max_by_key(|n| n.alike);
        if let Some(own) = own.filter(|n| found.insert(n.number)) {
            held.extend(near.iter().filter(|n| n.is_copy()).map(|n| n.number as usize));
            let class = labelled[own.number as usize].class.clone();
            asked.push(Example {
                class,
                title: row[2].to_owned(),
                text: row[4].to_owned(),
                ..Example::default()
            });
        }
    }
    let rest: Vec<Example> =
        labelled.iter().enumerate().filter(|(k, _)| !held.contains(k)).map(|(_, e)| e.clone()).collect();
    let mut asked_index = Index::default();
    asked.iter().for_each(|e| _ = asked_index.add(&e.title, &e.text));
    let words = lexicon(&rest);
    let rest = teaching(&rest, raw, |r| {
        let near = asked_index.near(&r.example.title, &r.example.text);
        !near.iter().any(|n| n.is_copy() || n.is_same_matter())
    });
    let (model, svm) = (train(&rest, &words).ok_or("too few classes")?, LinearSvm::new(&rest));
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for e in &asked {
        ours.push((e.class.clone(), Read::new(finer, &model, e).classes.swap_remove(0)));
        plain.push((e.class.clone(), svm.ranked(e).swap_remove(0)));
    }
    println!(
        "level-1 class, {} raw messages that are among the labelled ones (some classes have a handful): macro-F1 {:.3}, right {:.3}; TF-IDF and a linear SVM {:.3}, {:.3}",
        asked.len(),
        macro_f1(&ours),
        right(&ours),
        macro_f1(&plain),
        right(&plain)
    );
    Ok(())
}

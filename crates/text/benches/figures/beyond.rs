//! Classes of the first level that the model does not know, against rows labelled by reading.

use crate::{Fault, rows};
use std::collections::HashMap;
use std::path::Path;
use text::{CLASSES, Finer, Model};

/// What cues tell beyond the model: how many of the messages that are of such a class, and how often rightly. What they
/// take from the model that it had right stands beside its own figures. Every class that would be right of a row is given;
/// none means: one that the model knows. Those of the first set an earlier reader had found to be of no class that the model
/// knows. The other two were drawn at random from messages without labels and labelled by their titles; the last when the
/// cues stood, blind to what they say, and nothing of the cues was changed for it.
#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
pub fn figures(folder: &Path, finer: &Finer) -> Result<(), Fault> {
    let labels = csv::Reader::from_reader(&include_bytes!("../../data/beyond-labels.csv")[..])
        .records()
        .collect::<Result<Vec<_>, _>>()?;
    let mut raw = rows(folder, "messages.csv")?;
    raw.extend(rows(folder, "messages-with-replies.csv")?);
    let by_id: HashMap<&str, &csv::StringRecord> = raw.iter().map(|r| (&r[0], r)).collect();
    let model = Model::read(CLASSES)?;
    let knows = |class: &str| model.classes().iter().any(|c| c == class);
    for (name, how) in [
        ("of no class that it knows, read before the cues were written", "read"),
        ("drawn at random, read before", "drawn"),
        ("drawn at random, blind", "blind"),
    ] {
        let (mut all, mut such, mut found, mut given, mut right) = (0, 0, 0, 0, 0);
        for label in labels.iter().filter(|l| &l[2] == how) {
            let Some(row) = by_id.get(&label[0]) else {
                return Err(format!("no message {}", &label[0]).into());
            };
            let meaning = finer.read(&model, &row[2], &row[4], 1);
            let class = meaning.classes.first().map_or("", |(g, _)| g.class.as_str());
            let is_right = label[1].split(' ').any(|c| c == class);
            let of_such_alone = !label[1].is_empty() && !label[1].split(' ').any(knows);
            all += 1;
            such += usize::from(of_such_alone);
            found += usize::from(of_such_alone && is_right);
            given += usize::from(!knows(class));
            right += usize::from(!knows(class) && is_right);
        }
        println!(
            "first levels that the model does not know, {all} raw messages, {name}: {such} of such alone, {found} of them told by cues (by the model 0); {given} given in all, {right} rightly"
        );
    }
    Ok(())
}

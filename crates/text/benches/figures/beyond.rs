//! Classes of the first level that the model does not know, against rows labelled by reading.

use crate::{Fault, Messages, labels};
use text::{CLASSES, Finer, Model};

/// What cues tell beyond the model: how many of the messages that are of such a class, and how often rightly. What they
/// take from the model that it had right stands beside its own figures. Every class that would be right of a row is given;
/// none means: one that the model knows. Those of the first set an earlier reader had found to be of no class that the model
/// knows. The other two were drawn at random from messages without labels and labelled by their titles; the last when the
/// cues stood, blind to what they say, and nothing of the cues was changed for it.
#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
pub fn figures(messages: &Messages, finer: &Finer) -> Result<(), Fault> {
    let labels = labels(include_bytes!("../../data/beyond-labels.csv"))?;
    let model = Model::read(CLASSES)?;
    let knows = |class: &str| model.classes().iter().any(|c| c == class);
    for (name, how) in [
        ("of no class that it knows, read before the cues were written", "read"),
        ("drawn at random, read before", "drawn"),
        ("drawn at random, blind", "blind"),
    ] {
        let (mut all, mut such, mut found, mut wrong, mut given, mut right) = (0, 0, 0, 0, 0, 0);
        for label in labels.iter().filter(|l| &l[2] == how) {
            let row = messages.get(&label[0])?;
            let meaning = finer.read(&model, &row[2], &row[4], 1);
            let (class, sure) = meaning.classes.first().map_or(("", 0), |(g, _)| (&g.class, g.permille));
            let is_right = label[1].split(' ').any(|c| c == class);
            let of_such_alone = !label[1].is_empty() && !label[1].split(' ').any(knows);
            all += 1;
            such += usize::from(of_such_alone);
            found += usize::from(of_such_alone && is_right);
            wrong += usize::from(of_such_alone && !is_right && sure >= 900);
            given += usize::from(!knows(class));
            right += usize::from(!knows(class) && is_right);
        }
        println!(
            "first levels that the model does not know, {all} raw messages, {name}: {such} of such alone, {found} of them told by cues (by the model 0), {wrong} given another at 0.9 or more; {given} given in all, {right} rightly"
        );
    }
    Ok(())
}

//! Messages as residents write them: training the models, and reading files with them.

use crate::import::decoded;
use crate::write_out;
use anyhow::{Context, bail};
use clap::Args;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use text::units::{Answered, train_units};
use text::{Example, Finer, Lexicon, Models};

/// What a folder of models holds.
const CLASSES: &str = "classes.bin";
const CUT: &str = "cut.bin";
const UNITS: &str = "units.bin";

/// Files from which models are trained.
#[derive(Args)]
pub struct Training {
    /// Labelled messages: columns `label` with `tokens`, `text`, or `title` and `detail`, or with `id` alone. More than
    /// one file adds up, such as what conveners confirmed and corrected (`qingdan export labelled`). Where a column `also`
    /// names another class that is as right, the other rows settle which of the two a row teaches.
    #[arg(long)]
    labelled: Vec<PathBuf>,
    /// Where labelled rows that have an `id` alone find their messages: columns `id` with `title` and `detail`, or `text`.
    #[arg(long)]
    messages: Vec<PathBuf>,
    /// Answered messages: columns `title`, `detail`, `reply`.
    #[arg(long)]
    answered: Vec<PathBuf>,
    /// Folder for `classes.bin`, `units.bin` and a card beside each; for `cut.bin` too, to read what comes as `tokens`, where
    /// some labelled rows come so and others do not. Where they are of one kind, one that lies there goes.
    #[arg(long)]
    out: PathBuf,
}

/// A file to be read.
#[derive(Args)]
pub struct Reading {
    /// CSV with the columns `title` and `detail`, or `text`, or `tokens` (words with blanks between them).
    file: PathBuf,
    /// File [default: stdout].
    #[arg(long)]
    out: Option<PathBuf>,
}

/// A table of text.
struct Table {
    headers: csv::StringRecord,
    rows: Vec<csv::StringRecord>,
}

impl Table {
    fn read(path: &Path) -> anyhow::Result<Table> {
        let bytes = std::fs::read(path).with_context(|| format!("读不到 {}", path.display()))?;
        let text = decoded(&bytes)?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let headers = reader.headers().context("文件没有表头")?.clone();
        let rows = reader.records().collect::<Result<_, _>>().context("不是可读的 CSV")?;
        Ok(Table { headers, rows })
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.headers.iter().position(|h| h.trim().trim_start_matches('\u{feff}').eq_ignore_ascii_case(name))
    }

    /// Whether its messages come cut into words, and no other way.
    fn is_cut(&self) -> bool {
        self.column("tokens").is_some()
            && ["title", "detail", "text"].iter().all(|n| self.column(n).is_none())
    }

    /// Whether its rows have messages of their own.
    fn has_text(&self) -> bool {
        ["title", "detail", "text", "tokens"].iter().any(|name| self.column(name).is_some())
    }

    /// The messages of the rows, by the `id` in a column.
    fn messages_of(
        &self,
        id: usize,
        by_id: &HashMap<String, (String, String)>,
    ) -> anyhow::Result<Vec<(String, String)>> {
        let of = |row: &csv::StringRecord| {
            let id = row.get(id).unwrap_or_default();
            by_id.get(id).cloned().with_context(|| format!("--messages 的文件里没有编号为 {id} 的留言"))
        };
        self.rows.iter().map(of).collect()
    }

    /// Title and text of every row.
    fn messages(&self) -> anyhow::Result<Vec<(String, String)>> {
        let cell = |row: &csv::StringRecord, column: Option<usize>| {
            column.and_then(|c| row.get(c)).unwrap_or_default().to_owned()
        };
        if !self.has_text() {
            bail!(
                "表头里没有 title 与 detail,也没有 text 或 tokens;现有:{}",
                self.headers.iter().collect::<Vec<_>>().join("、")
            );
        }
        let (title, detail) = (self.column("title"), self.column("detail"));
        let (text, tokens) = (self.column("text"), self.column("tokens"));
        Ok(self
            .rows
            .iter()
            .map(|row| {
                if title.or(detail).is_some() {
                    (cell(row, title), cell(row, detail.or(text)))
                } else if text.is_some() {
                    (String::new(), cell(row, text))
                } else {
                    (String::new(), cell(row, tokens).split_whitespace().collect())
                }
            })
            .collect())
    }

    /// The table with more columns, as CSV.
    fn with(&self, names: &[&str], cells: impl Iterator<Item = Vec<String>>) -> anyhow::Result<Vec<u8>> {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        writer.write_record(self.headers.iter().chain(names.iter().copied()))?;
        for (row, more) in self.rows.iter().zip(cells) {
            let width = self.headers.len();
            let own = (0..width).map(|c| row.get(c).unwrap_or_default());
            writer.write_record(own.chain(more.iter().map(String::as_str)))?;
        }
        writer.into_inner().context("不能写出表格")
    }
}

/// Trains what the files allow.
pub fn train(options: &Training) -> anyhow::Result<()> {
    if options.labelled.is_empty() && options.answered.is_empty() {
        bail!("请用 --labelled 或 --answered 给出训练数据。");
    }
    std::fs::create_dir_all(&options.out)?;
    let mut by_id = HashMap::new();
    for path in &options.messages {
        let table = Table::read(path)?;
        let id = table.column("id").with_context(|| format!("{} 没有 id 列", path.display()))?;
        let ids = table.rows.iter().map(|r| r.get(id).unwrap_or_default().to_owned());
        by_id.extend(ids.zip(table.messages()?));
    }
    let mut examples = Vec::new();
    // Which of them come cut into words, from which files, and these words.
    let (mut cut_ones, mut cut_files, mut cut_up) = (Vec::new(), Vec::new(), Vec::new());
    for path in &options.labelled {
        let table = Table::read(path)?;
        let label = table.column("label").with_context(|| format!("{} 没有 label 列", path.display()))?;
        let also = table.column("also");
        if let Some(tokens) = table.column("tokens") {
            cut_up.extend(table.rows.iter().filter_map(|r| r.get(tokens)).map(str::to_owned));
        }
        if table.is_cut() {
            cut_files.push(path.clone());
        }
        let messages = match table.column("id") {
            Some(id) if !table.has_text() => table.messages_of(id, &by_id)?,
            _ => table.messages()?,
        };
        for (row, (title, text)) in table.rows.iter().zip(messages) {
            let cell = |column: usize| row.get(column).unwrap_or_default().trim().to_owned();
            let (class, also) = (cell(label), also.map_or(String::new(), cell));
            if !class.is_empty() {
                let example = Example { class, also, title, text };
                if table.is_cut() {
                    cut_ones.push(example.clone());
                }
                examples.push(example);
            }
        }
    }
    if !examples.is_empty() {
        // Words are learned from messages that are cut; without any, those of the built-in model are.
        let lexicon = match cut_up.is_empty() {
            true => Models::default().classes().lexicon().clone(),
            false => Lexicon::from_cut(cut_up.iter().map(String::as_str)),
        };
        let write =
            |name: &str, what: &str, from: &[PathBuf], examples: &[Example]| -> anyhow::Result<bool> {
                let Some(model) = text::train(examples, &lexicon) else { return Ok(false) };
                let bytes = model.write();
                let card = card(what, from, examples, lexicon.len(), bytes.len());
                write_out(Some(&options.out.join(name)), &bytes)?;
                write_out(Some(&options.out.join(name).with_extension("md")), card.as_bytes())?;
                crate::say(&format!(
                    "{} 条训练数据,{} 个类别;{name} {} 字节。",
                    examples.len(),
                    model.classes().len(),
                    bytes.len()
                ));
                Ok(true)
            };
        if !write(CLASSES, "诉求一级类别", &options.labelled, &examples)? {
            bail!("至少要有两个类别的数据才能训练");
        }
        // What is cut teaches a model of its own where something else is in the first; one of earlier rows would be wrong.
        let mixed = cut_ones.len() < examples.len();
        if !(mixed && write(CUT, "诉求一级类别(已分词的留言)", &cut_files, &cut_ones)?) {
            for left in [CUT, "cut.md"] {
                match std::fs::remove_file(options.out.join(left)) {
                    Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
                    _ => {}
                }
            }
        }
    }
    let mut answered = Vec::new();
    for path in &options.answered {
        let table = Table::read(path)?;
        let reply = table.column("reply").with_context(|| format!("{} 没有 reply 列", path.display()))?;
        let replies = table.rows.iter().map(|r| r.get(reply).unwrap_or_default().to_owned());
        answered.extend(table.messages()?.into_iter().zip(replies).map(|((title, text), answer)| Answered {
            title,
            text,
            answer,
        }));
    }
    if !answered.is_empty() {
        let examples = text::units::examples(&answered);
        let model = train_units(&examples).context("答复里写明的承办单位不足两个")?;
        let bytes = model.write();
        let card = card("承办单位", &options.answered, &examples, 0, bytes.len());
        write_out(Some(&options.out.join(UNITS)), &bytes)?;
        write_out(Some(&options.out.join("units.md")), card.as_bytes())?;
        crate::say(&format!("{} 条答复写明承办单位;units.bin {} 字节。", examples.len(), bytes.len()));
    }
    Ok(())
}

/// What a model was made of, and what it cannot do.
fn card(what: &str, from: &[PathBuf], examples: &[Example], words: usize, size: usize) -> String {
    let words = if words > 0 { format!(",{words} 个词的词典") } else { String::new() };
    let mut of: BTreeMap<&str, usize> = BTreeMap::new();
    examples.iter().for_each(|e| *of.entry(&e.class).or_default() += 1);
    let doubtful = examples.iter().filter(|e| !e.also.is_empty()).count();
    let doubtful = match doubtful {
        0 => String::new(),
        n => format!(";其中 {n} 条两类皆可,由其余各条定归哪一类,下表按先标的一类计"),
    };
    let files: Vec<String> =
        from.iter().filter_map(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned()).collect();
    let mut card = format!(
        "# 模型卡:{what}\n\n- 数据:{}({} 条{doubtful})\n- 日期:{}\n- 方法:字 1 至 3 元,开头 24 字单列{words};朴素贝叶斯比值乘以线性支持向量机;最多 65,536 个特征,8 位权重\n- 大小:{size} 字节\n- 指标:`cargo bench -p text` 在未参与训练的行上测得\n- 局限:只认识下列类别,别的诉求也会被归入其中之一;置信度低时请人工判断;训练数据来自另一座城市的留言,标注有误\n\n| 类别 | 条数 |\n|---|---|\n",
        files.join("、"),
        examples.len(),
        crate::clock::now().date_naive(),
    );
    for (class, n) in of {
        let _ = writeln!(card, "| {class} | {n} |");
    }
    card
}

/// What [`train`] wrote into a folder; without one, what is built in.
pub fn models(folder: Option<&Path>) -> anyhow::Result<Models> {
    let Some(folder) = folder else { return Ok(Models::default()) };
    let file = |name: &str| match std::fs::read(folder.join(name)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e).with_context(|| format!("读不到 {}", folder.join(name).display())),
    };
    let (classes, cut, units) = (file(CLASSES)?, file(CUT)?, file(UNITS)?);
    if classes.is_none() && units.is_none() {
        bail!("{} 里没有 {CLASSES},也没有 {UNITS};请先用 qingdan train 训练。", folder.display());
    }
    Models::own(classes.as_deref(), cut.as_deref(), units.as_deref())
        .with_context(|| format!("{} 里的模型不能用", folder.display()))
}

/// Adds classes.
pub fn classify(options: &Reading, models: &Models) -> anyhow::Result<()> {
    let table = Table::read(&options.file)?;
    let messages = table.messages()?;
    let model = if table.is_cut() { models.cut() } else { models.classes() };
    let finer = Finer::new(crate::tables::class_names()?);
    let cells = messages.iter().map(|(title, text)| {
        let meaning = finer.read(model, title, text, 2);
        let Some((first, below)) = meaning.classes.first() else { return vec![String::new(); 7] };
        vec![
            first.class.clone(),
            below.second.unwrap_or_default().to_owned(),
            below.third.unwrap_or_default().to_owned(),
            format!("{}.{:03}", first.permille / 1000, first.permille % 1000),
            meaning.words.join(" "),
            meaning.classes.get(1).map_or(String::new(), |(g, _)| g.class.clone()),
            below.cues.join(" "),
        ]
    });
    let out = table.with(&["level1", "level2", "level3", "confidence", "words", "second", "cues"], cells)?;
    write_out(options.out.as_deref(), &out)
}

/// Adds units.
pub fn suggest_unit(options: &Reading, models: &Models) -> anyhow::Result<()> {
    const SHOWN: usize = 5;
    let table = Table::read(&options.file)?;
    let messages = table.messages()?;
    let cells = messages.iter().map(|(title, text)| {
        let units = models.units().suggest(title, text);
        let shown = units.into_iter().take(SHOWN);
        shown.flat_map(|u| [u.class, format!("{}.{:03}", u.permille / 1000, u.permille % 1000)]).collect()
    });
    let names: Vec<String> = (1..=SHOWN).flat_map(|k| [format!("unit{k}"), format!("score{k}")]).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    write_out(options.out.as_deref(), &table.with(&names, cells)?)
}

//! Messages as residents write them, over the command line.

use crate::city::{City, Engine, Server};
use serde_json::json;

#[test]
fn files_of_messages_get_their_classes_and_units() {
    let city = City::empty(Engine::Sqlite);
    let file = |name: &str, text: &str| {
        let path = city.folder.join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("a path").to_owned()
    };
    let titled = file(
        "titled.csv",
        "\u{feff}id,title,detail\n7,工厂半夜排放废气,\"臭味刺鼻,污染严重,请环保部门检测\"\n8,,\n",
    );
    let out = city.ok(&["classify", &titled]);
    let rows: Vec<&str> = out.lines().collect();
    assert_eq!(
        rows[0].trim_start_matches('\u{feff}'),
        "id,title,detail,level1,level2,level3,confidence,words,second,cues"
    );
    assert!(rows[1].starts_with("7,") && rows[1].contains(",环境保护,环境污染,大气污染,"), "{}", rows[1]);
    assert_eq!(rows.len(), 3, "an empty message keeps its row");
    let cut = file("cut.csv", "tokens\n学校 补课 收费 老师\n");
    assert!(city.ok(&["classify", &cut]).contains(",教育文体,"));
    let units = city.ok(&["suggest-unit", &cut]);
    assert!(units.lines().nth(1).expect("a row").starts_with("学校 补课 收费 老师,教育局,"), "{units}");

    let wrong = file("wrong.csv", "number\n1\n");
    let refused = city.refused(&["classify", &wrong]);
    assert!(refused.contains("表头里没有 title"), "{refused}");
}

#[test]
fn a_model_of_ones_own_is_trained_and_used() {
    let city = City::empty(Engine::Sqlite);
    let mut rows = String::from("label,title,detail\n");
    for k in 0..12 {
        rows += &format!("灯,路灯坏了,第{k}盏路灯不亮\n水,停水了,第{k}天没有自来水\n");
    }
    let path = city.folder.join("ours.csv");
    std::fs::write(&path, rows).expect("written");
    let models = city.folder.join("models");
    let (path, models) = (path.to_str().expect("a path"), models.to_str().expect("a path"));
    assert!(city.ok(&["train", "--labelled", path, "--out", models]).contains("24 条训练数据,2 个类别"));
    let card = std::fs::read_to_string(format!("{models}/classes.md")).expect("a card");
    assert!(card.contains("| 水 | 12 |"), "{card}");
    let out = city.ok(&["classify", path, "--models", models]);
    assert!(out.lines().nth(1).expect("a row").contains(",灯,"), "{out}");
    std::fs::write(format!("{models}/classes.bin"), "none").expect("written");
    let broken = city.refused(&["classify", path, "--models", models]);
    assert!(broken.contains("不是分类模型"), "{broken}");
    let nothing = city.refused(&["classify", path, "--models", city.folder.to_str().expect("a path")]);
    assert!(nothing.contains("请先用 qingdan train 训练"), "{nothing}");
}

#[test]
fn what_comes_cut_into_words_has_a_model_of_its_own() {
    let city = City::empty(Engine::Sqlite);
    let (mut cut, mut written) = (String::from("label,tokens\n"), String::from("label,text\n"));
    for k in 0..12 {
        cut += &format!("灯,路灯 不亮 第{k}盏\n水,停水 自来水 第{k}天\n");
        // As written the same words mean the other class, so that the answer tells which model was asked.
        written += &format!("灯,停水 自来水 第{k}天\n水,路灯 不亮 第{k}盏\n").repeat(3);
    }
    let (cut, written) = (city.file("cut.csv", &cut), city.file("written.csv", &written));
    let models = city.folder.join("models");
    let file = |name: &str| models.join(name);
    let folder = models.to_str().expect("a path");
    let said = city.ok(&["train", "--labelled", &cut, "--labelled", &written, "--out", folder]);
    assert!(said.contains("96 条训练数据") && said.contains("24 条训练数据,2 个类别;cut.bin"), "{said}");
    assert!(std::fs::read_to_string(file("cut.md")).expect("a card").contains("| 灯 | 12 |"));
    let asked = city.file("asked.csv", "tokens\n路灯 不亮\n");
    let as_text = city.file("as-text.csv", "text\n路灯不亮\n");
    let first = |asked: &str| {
        let out = city.ok(&["classify", asked, "--models", folder]);
        out.lines().nth(1).and_then(|row| row.split(',').nth(1)).expect("a class").to_owned()
    };
    assert_eq!((first(&asked).as_str(), first(&as_text).as_str()), ("灯", "水"));
    // Rows of one kind alone need one model: what is left of another training would read them wrongly.
    city.ok(&["train", "--labelled", &written, "--out", folder]);
    assert!(!file("cut.bin").exists() && !file("cut.md").exists());
    assert_eq!(first(&asked), "水", "an office's own model comes before the one that is built in");
}

#[test]
fn an_office_reads_messages_with_its_own_model() {
    let city = City::demo(Engine::Sqlite);
    let mut rows = String::from("label,title,detail\n");
    for k in 0..12 {
        rows += &format!("交通运输,飞船晚点,第{k}班飞船没有来\n城乡建设,月球房屋,第{k}间月球房屋漏气\n");
    }
    let path = city.file("ours.csv", &rows);
    let models = city.folder.join("models");
    let models = models.to_str().expect("a path");
    city.ok(&["train", "--labelled", &path, "--out", models]);
    let token = city.token("CITY_OFFICER", &[]);
    let ask = "query($i: TypedTextInput!) { readText(input: $i) { classes { name } units { name } } }";
    let read = |server: &Server| {
        let input = json!({"title": "飞船晚点", "text": "今天的飞船又没有来"});
        server.data(&token, ask, json!({"i": input}))["readText"].clone()
    };
    let ours = read(&city.serve_with(&["--models", models]));
    let names: Vec<&str> =
        ours["classes"].as_array().expect("classes").iter().filter_map(|c| c["name"].as_str()).collect();
    assert_eq!(names, ["交通运输", "城乡建设"], "it knows these two");
    assert_eq!(
        ours["units"].as_array().map(Vec::len),
        Some(5),
        "units are told by the model that is built in"
    );
    let built_in = read(&city.serve());
    assert_eq!(built_in["classes"].as_array().map(Vec::len), Some(3));
    let needs = city.file("needs.csv", "标题,内容,收集日期\n飞船晚点,今天的飞船又没有来,2026-01-05\n");
    let import = ["import", "needs", &needs, "--year", "2026", "--station", "XC-001", "--dry-run"];
    let proposed = |said: &str| said.contains("1 行没有类别,系统已按内容建议");
    assert!(!proposed(&city.ok(&import)), "the model that is built in is not sure");
    assert!(proposed(&city.ok(&[&import[..], &["--models", models]].concat())));
    let refused = city.refused(&["serve", "--models", "nowhere"]);
    assert!(refused.contains("nowhere 里没有 classes.bin"), "{refused}");
}

#[test]
fn an_offices_keywords_say_the_same_while_a_need_is_typed_and_when_it_is_imported() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let token = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
    let ask = "query($i: TypedTextInput!) { readText(input: $i) { classes { name permille category { code name } cues } words } }";
    let read = |title: &str| {
        let input = json!({"title": title, "text": "请尽快处理"});
        server.data(&token, ask, json!({"i": input}))["readText"].clone()
    };
    let title = "小马扎坏了，楼前路灯也坏了";
    let before = read(title);
    assert_eq!(before["classes"][0]["cues"], json!(["路灯"]), "{before}");
    let code =
        |read: &serde_json::Value| read["classes"][0]["category"]["code"].as_str().unwrap_or("").to_owned();
    let (household, works) = (code(&read("咨询户口迁移问题")), code(&before));
    let named = |code: &str, name: &str, words: &str| format!("代码,名称,关键词\n{code},{name},{words}\n");
    let own = |table: String| city.ok(&["import", "categories", &city.file("own.csv", table)]);
    own(named(&household, "户籍管理", "小馬扎、板凳"));
    let after = read(title);
    let first = &after["classes"][0];
    assert_eq!((&first["name"], &first["category"]["name"]), (&json!("政法"), &json!("户籍管理")), "{after}");
    assert_eq!(
        (&first["cues"], &after["words"]),
        (&json!(["小马扎"]), &json!(["小马扎"])),
        "however it is written"
    );
    assert_eq!(first["permille"], 900);
    assert_eq!(after["classes"][1]["name"], before["classes"][0]["name"], "what the model says comes next");
    assert_eq!(after["classes"][1]["category"], before["classes"][0]["category"]);
    let needs = city.file("needs.csv", format!("标题,内容,收集日期\n{title},请尽快处理,2026-01-05\n"));
    city.ok(&["import", "needs", &needs, "--year", "2026", "--station", "XC-001"]);
    let page = "query { needs(first: 1, filter: { year: 2026, text: \"小马扎坏了\" }) { nodes { category { name } proposedCategory { name } } } }";
    let need = server.data(&token, page, json!({}))["needs"]["nodes"][0].clone();
    assert_eq!(need["proposedCategory"]["name"], "户籍管理", "{need}");
    assert!(need["category"].is_null(), "a person confirms it");
    // Below a class that has keywords the cues tell a deeper one.
    own(named(&household, "户籍管理", "") + &format!("{},城市建设和市政管理,小马扎\n", &works[..4]));
    let after = read(title);
    assert_eq!(after["classes"][0]["category"]["name"], "城市公共设施", "{after}");
    assert_eq!(read("小马扎")["classes"][0]["category"]["name"], "城市建设和市政管理");
}

#[test]
fn labels_find_their_messages_by_number() {
    let city = City::empty(Engine::Sqlite);
    let (mut labels, mut messages) = (String::from("id,label,also\n"), String::from("id,title,detail\n"));
    for k in 0..8 {
        labels += &format!("{k},灯,\n1{k},水,\n2{k},灯,水\n3{k},,\n");
        messages += &format!(
            "{k},路灯坏了,第{k}盏路灯不亮\n1{k},停水了,第{k}天没有自来水\n2{k},路灯水管,都坏了\n3{k},您好,谢谢\n"
        );
    }
    let (labels, messages) = (city.file("labels.csv", &labels), city.file("messages.csv", &messages));
    let out = city.folder.join("models");
    let train = ["train", "--labelled", &labels, "--out", out.to_str().expect("a path")];
    let said = city.ok(&[&train[..], &["--messages", &messages]].concat());
    assert!(said.contains("24 条训练数据,2 个类别"), "{said}");
    let refused = city.refused(&train);
    assert!(refused.contains("没有编号为 0 的留言"), "{refused}");
}

#[test]
fn what_people_confirmed_becomes_training_rows_without_personal_data() {
    let city = City::demo(Engine::Sqlite);
    let rows = city.ok(&["export", "labelled", "--year", "2026"]);
    let mut lines = rows.lines();
    assert_eq!(lines.next(), Some("label,title,detail"));
    assert!(lines.count() > 20);
    assert!(!rows.contains("13800"), "telephones are masked");
    let path = city.file("ours.csv", &rows);
    let out = city.folder.join("models");
    assert!(
        city.ok(&["train", "--labelled", &path, "--out", out.to_str().expect("a path")])
            .contains("条训练数据")
    );
}

#[test]
fn cues_are_those_of_classes_that_the_built_in_table_has() {
    let table: Vec<String> = include_str!("../crates/qingdan/data/categories.csv")
        .lines()
        .map(|l| l.splitn(4, ',').take(3).collect::<Vec<_>>().join("/"))
        .collect();
    let lines = include_str!("../crates/text/data/cues.txt").lines().filter(|l| !l.starts_with('#'));
    let cued: Vec<(&str, &str)> = lines.map(|l| l.split_once('\t').expect("a class and its cues")).collect();
    for (k, (class, cues)) in cued.iter().enumerate() {
        assert!(table.iter().any(|t| t == class), "{class}");
        assert!(cued[..k].iter().all(|(other, _)| other != class), "{class} has two lines");
        let mut words: Vec<&str> = cues.split_whitespace().collect();
        let all = words.len();
        words.sort_unstable();
        words.dedup();
        assert!(all > 0 && all == words.len(), "{class} has a cue twice, or none");
        assert!(
            words.iter().all(|w| text::normalise(w) == **w),
            "{class}: cues are written as texts are read"
        );
    }
    let labels = include_str!("../crates/text/data/finer-labels.csv").lines().skip(1);
    for label in labels {
        let cells: Vec<&str> = label.split(',').collect();
        let right = cells[2].split(' ').map(|finer| format!("{}/{finer}", cells[1]));
        right.for_each(|r| assert!(table.contains(&r), "{r}"));
    }
}

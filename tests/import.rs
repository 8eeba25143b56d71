//! Spreadsheets in: what is read, what is refused, and that nothing is written by halves.

use crate::city::{City, Engine, engines, project};
use serde_json::json;
use std::io::Write;

const HEAD: &str = "工作站编号,外部编号,标题,内容,收集日期,联系电话,户数,类别,来源,年度,必要条件\n";
const GOOD: &str =
    "XC-001,A1,路灯不亮,巷口路灯坏了,2026-01-05,13800001234,12,0102,议事会,2026,灯*2@0102;安装\n";

fn needs(city: &City) -> i64 {
    let server = city.serve();
    let officer = city.token("CITY_OFFICER", &[]);
    server.data(&officer, "{ needs(filter: {year: 2026}) { totalCount } }", json!({}))["needs"]["totalCount"]
        .as_i64()
        .unwrap()
}

fn import(file: &str) -> [&str; 5] {
    ["import", "needs", file, "--year", "2026"]
}

#[test]
fn every_error_is_said_at_once_by_row_and_column_and_nothing_is_written() {
    let city = City::demo(Engine::Sqlite);
    let before = needs(&city);
    let rows = format!(
        "{HEAD}{GOOD}\
         XC-001,A2,路灯,内容,2026-02-30,13800001234,1,0102,议事会,2026,\n\
         XC-001,A3,路灯,内容,2026-01-05,13800,1,0102,议事会,2026,\n\
         XC-999,A4,路灯,内容,2026-01-05,,1,0102,议事会,2026,\n\
         XC-001,A5,,内容,2026-01-05,,-1,0102,议事会,2026,\n\
         XC-001,A6,路灯,内容,2026-01-05,,1,9999,议事会,2026,\n\
         XC-001,A7,路灯,内容,2026-01-05,,1,0102,路边社,2026,\n\
         XC-001,A8,路灯,内容,2026-01-05,,1,0102,议事会,2025,\n\
         XC-001,A9,路灯,内容,2026-01-05,,1,0102,议事会,2026,灯*99\n\
         XC-001,A1,路灯,内容,2026-01-05,,1,0102,议事会,2026,\n"
    );
    let file = city.file("bad.csv", &rows);
    let words = city.refused(&import(&file));
    for expected in [
        "有 10 处错误,没有写入任何内容",
        "第 3 行「收集日期」:「2026-02-30」不是日期,应为如 2026-03-01",
        "第 4 行「联系电话」:「13800」只有 5 位,应为 11 位",
        "第 5 行「工作站编号」:「XC-999」不是已有的工作站编号",
        "第 6 行「标题」:「」为空,应填写",
        "第 6 行「户数」:「-1」超出范围,应为 0 至 1000000",
        "第 7 行「类别」:「9999」不是已有的类别",
        "第 8 行「来源」:「路边社」不在可选值之内",
        "第 9 行「年度」:「2025」不是导入的年度,应为 2026",
        "第 10 行「必要条件」:「灯*99」格式不对",
        "第 11 行「外部编号」:「A1」在文件中重复",
    ] {
        assert!(words.contains(expected) || expected.starts_with("有"), "{expected}\n{words}");
    }
    assert!(words.contains("没有写入任何内容"));
    // A spreadsheet may hold the character that PostgreSQL does not keep, escaped.
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().write_string(2, 0, "路\0灯").expect("a cell");
    let file = city.file("nul.xlsx", book.save_to_buffer().expect("a spreadsheet"));
    let words = city.refused(&import(&file));
    assert!(words.contains("第 3 行有空字符"), "{words}");
    assert_eq!(needs(&city), before);
}

#[test]
fn the_same_file_again_changes_nothing_and_a_change_updates() {
    for engine in engines() {
        let city = City::demo(engine);
        let before = needs(&city);
        let file = city.file("good.csv", format!("\u{feff}{HEAD}{GOOD}"));
        let dry = city.ok(&["import", "needs", &file, "--year", "2026", "--dry-run"]);
        assert!(dry.contains("试导入(未写入):新增 1,更新 0,未变 0"), "{dry}");
        assert_eq!(needs(&city), before);
        assert!(city.ok(&import(&file)).contains("新增 1,更新 0,未变 0"));
        assert!(city.ok(&import(&file)).contains("新增 0,更新 0,未变 1"));
        assert_eq!(needs(&city), before + 1);
        let changed = city.file("good.csv", format!("{HEAD}{}", GOOD.replace("路灯不亮", "路灯全不亮")));
        assert!(city.ok(&import(&changed)).contains("新增 0,更新 1,未变 0"));
    }
}

#[test]
fn a_table_is_read_as_offices_write_it() {
    let city = City::demo(Engine::Sqlite);
    // GB18030, a title above the header, other order, full-width digits, an empty row, a quoted line break, a repeat.
    let text = "二〇二六年需求清单,,,,\n标题,内容,工作站编号,收集日期,联系电话\n\
                ,,,,\n\
                路灯不亮,\"第一行\n第二行\",XC-001,2026年1月5日,\u{ff11}3800001234\n\
                路灯不亮,又说一遍,XC-001,2026/1/6,\n";
    let (bytes, _, _) = encoding(text);
    let file = city.file("office.csv", bytes);
    let said = city.ok(&import(&file));
    assert!(
        said.contains("新增 2,更新 0,未变 0") && said.contains("可能与") && said.contains("没有类别"),
        "{said}"
    );
    let mapped = city.file(
        "mapped.csv",
        "id,title,detail,time\n7,\"=HYPERLINK(\"\"x\"\")\",请打13800001234,2019-02-28T11:25:05\n",
    );
    let map = [
        "import",
        "needs",
        &mapped,
        "--year",
        "2026",
        "--station",
        "XC-002",
        "--map",
        "外部编号=id,标题=title,内容=detail,收集日期=time",
    ];
    let said = city.ok(&map);
    assert!(said.contains("新增 1") && said.contains("1 行的文字中有电话"), "{said}");
    assert!(city.refused(&["import", "needs", &mapped, "--map", "没有=title"]).contains("--map 中没有名为"));
}

/// GB18030 of a text whose characters are in it.
fn encoding(text: &str) -> (Vec<u8>, (), ()) {
    let out = std::process::Command::new("python3")
        .args([
            "-c",
            "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().decode().encode('gb18030'))",
        ])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .and_then(|mut child| {
            child.stdin.take().expect("stdin").write_all(text.as_bytes())?;
            child.wait_with_output()
        });
    (out.map(|o| o.stdout).unwrap_or_else(|_| text.as_bytes().to_vec()), (), ())
}

#[test]
fn a_template_is_read_by_import() {
    let city = City::demo(Engine::Sqlite);
    for kind in ["areas", "categories", "workstations", "members", "needs", "resources"] {
        let path = city.folder.join(format!("{kind}.xlsx"));
        let path = path.to_str().unwrap();
        city.ok(&["template", kind, "--out", path]);
        let said = city.ok(&["import", kind, path, "--dry-run"]);
        assert!(said.contains("新增 0,更新 0,未变 0"), "{kind}: {said}");
    }
}

fn zip_of(name: &str, content: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(content).unwrap();
    zip.finish().unwrap().into_inner()
}

#[test]
fn bad_files_end_in_a_sentence() {
    let city = City::demo(Engine::Sqlite);
    let before = needs(&city);
    let template = city.folder.join("t.xlsx");
    city.ok(&["template", "needs", "--out", template.to_str().unwrap()]);
    let template = std::fs::read(template).unwrap();
    let wide: String = (0..10_000).map(|i| format!("c{i},")).collect();
    for (name, content, words) in [
        ("empty.csv", Vec::new(), "文件是空的"),
        ("blank.csv", b"\n\n,,\n".to_vec(), "表中没有内容"),
        ("noise.xlsx", vec![0u8, 159, 146, 150, 7, 0, 1], "不是表格文件"),
        ("old.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 rest".to_vec(), "加了密码"),
        ("zeros.xlsx", zip_of("xl/worksheets/sheet1.xml", &vec![0u8; 100 << 20]), "解压后过大"),
        ("other.xlsx", zip_of("readme.txt", b"hello"), "不是有效的 XLSX"),
        ("half.xlsx", template[..template.len() / 2].to_vec(), "不完整"),
        ("wide.csv", wide.into_bytes(), "超过 200 列"),
        ("header.csv", b"a,b,c\n1,2,3\n".to_vec(), "没有找到表头"),
        ("twice.csv", format!("标题,{HEAD}{GOOD}").into_bytes(), "出现了两次"),
        ("missing.csv", "标题,内容\n路灯,坏了\n".as_bytes().to_vec(), "表头缺少列:收集日期"),
    ] {
        let file = city.file(name, content);
        let said = city.refused(&import(&file));
        assert!(said.contains(words), "{name}: {said}");
        assert!(!said.contains("panicked"), "{name}: {said}");
    }
    assert!(city.refused(&import("nowhere.csv")).contains("文件打不开"));
    assert_eq!(needs(&city), before);
}

#[test]
fn a_file_with_flipped_bytes_never_crashes_the_program() {
    let city = City::demo(Engine::Sqlite);
    let path = city.folder.join("t.xlsx");
    city.ok(&["template", "needs", "--out", path.to_str().unwrap()]);
    let good = [std::fs::read(path).unwrap(), format!("{HEAD}{GOOD}").into_bytes()];
    // A small generator of its own: the same files on every machine.
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut next = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    };
    for round in 0..60 {
        let mut bytes = good[round % 2].clone();
        for _ in 0..=next(8) {
            let at = next(bytes.len());
            match next(3) {
                0 => bytes[at] ^= 1 << next(8),
                1 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, next(256) as u8),
            }
        }
        let file = city.file(&format!("{round}.{}", ["xlsx", "csv"][round % 2]), &bytes);
        let out = city.run(&["import", "needs", &file, "--year", "2026", "--dry-run"]);
        let words = String::from_utf8_lossy(&out.stderr);
        assert!(matches!(out.status.code(), Some(0 | 1)) && !words.contains("panicked"), "{round}: {words}");
    }
}

#[test]
fn real_messages_become_needs_and_find_the_demos_resources() {
    let file = project().join("../shared/data/messages.csv");
    if !file.exists() {
        println!("skipped: ../shared/data/messages.csv is not there");
        return;
    }
    let city = City::demo(Engine::Sqlite);
    let file = file.to_str().unwrap();
    let import = [
        "import",
        "needs",
        file,
        "--year",
        "2026",
        "--station",
        "XC-001",
        "--map",
        "外部编号=id,标题=title,内容=detail,收集日期=time",
    ];
    let said = city.ok(&import);
    assert!(said.contains("新增 4326,更新 0,未变 0") && said.contains("没有类别,系统已按内容建议"), "{said}");
    assert!(city.ok(&import).contains("新增 0,更新 0,未变 4326"));
    let server = city.serve();
    let clerk = city.token("CLERK", &["--station", "XC-001"]);
    let query = "{ needs(filter: {year: 2026, status: SUBMITTED}, first: 50) { totalCount nodes { title description proposedCategory { code } category { code } } } }";
    let page = server.data(&clerk, query, json!({}));
    assert_eq!(page["needs"]["totalCount"], 4326);
    let read =
        "query($i: TypedTextInput!) { readText(input: $i) { classes { permille category { code } } } }";
    let nodes = page["needs"]["nodes"].as_array().expect("nodes");
    for need in nodes {
        let input = json!({"title": need["title"], "text": need["description"]});
        let said = server.data(&clerk, read, json!({"i": input}))["readText"]["classes"][0].clone();
        let sure = said["permille"].as_i64() >= Some(600);
        let same = if sure {
            said["category"] == need["proposedCategory"]
        } else {
            need["proposedCategory"].is_null()
        };
        assert!(same, "as it is read while it is typed: {said} {need}");
    }
    let proposed: Vec<_> = nodes.iter().filter(|n| !n["proposedCategory"].is_null()).cloned().collect();
    assert!(
        !proposed.is_empty() && proposed.iter().all(|n| n["category"].is_null()),
        "a proposal until a person confirms it"
    );
    let matched = proposed.iter().any(|n| {
        let input = json!({"i": {"workstation": "XC-001", "year": 2026, "title": n["title"], "category": n["proposedCategory"]["code"]}});
        let found = server.data(&clerk, "query($i: TypedNeedInput!) { candidatesForText(input: $i, includeRefused: true) { resource { number } refusal { code } } }", input);
        !found["candidatesForText"].as_array().unwrap().is_empty()
    });
    assert!(matched, "none of fifty messages meets a resource");
}

/// A workbook of one sheet, as small as one can be.
fn workbook(rows: &str, after: &str) -> Vec<u8> {
    let parts = [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>".to_owned(),
        ),
        (
            "_rels/.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>".to_owned(),
        ),
        (
            "xl/workbook.xml",
            "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>".to_owned(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/></Relationships>".to_owned(),
        ),
        (
            "xl/styles.xml",
            "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>".to_owned(),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData>{after}</worksheet>"),
        ),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn text(at: &str, value: &str) -> String {
    format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{value}</t></is></c>")
}

#[test]
fn a_workbook_is_read_as_people_see_it() {
    let city = City::demo(Engine::Sqlite);
    let head = ["工作站编号", "标题", "内容", "收集日期", "户数"];
    let header: String = head.iter().zip('A'..).map(|(h, c)| text(&format!("{c}1"), h)).collect();
    // The station is merged over two rows, days are Excel's and text, row 4 is empty.
    let rows = format!(
        "<row r=\"1\">{header}</row>\
         <row r=\"2\">{}{}{}<c r=\"D2\" s=\"1\"><v>46027</v></c><c r=\"E2\"><v>12</v></c></row>\
         <row r=\"3\">{}{}{}</row><row r=\"4\"/>\
         <row r=\"5\">{}{}{}{}</row>",
        text("A2", "XC-001"),
        text("B2", "路灯不亮"),
        text("C2", "坏了"),
        text("B3", "地砖破损"),
        text("C3", "坏了"),
        text("D3", "2026年1月6日"),
        text("A5", "XC-002"),
        text("B5", "公厕太远"),
        text("C5", "坏了"),
        text("D5", "2026-01-07"),
    );
    let file = city.file(
        "merged.xlsx",
        workbook(&rows, "<mergeCells count=\"1\"><mergeCell ref=\"A2:A3\"/></mergeCells>"),
    );
    let said = city.ok(&import(&file));
    assert!(said.contains("新增 3,更新 0,未变 0"), "{said}");
    let server = city.serve();
    let clerk = city.token("CLERK", &["--station", "XC-001"]);
    let found = server.data(
        &clerk,
        "{ needs(filter: {year: 2026, status: SUBMITTED}) { nodes { title collectedOn beneficiaries } } }",
        json!({}),
    );
    assert_eq!(
        found["needs"]["nodes"],
        json!([{"title": "路灯不亮", "collectedOn": "2026-01-05", "beneficiaries": "12户"}, {"title": "地砖破损", "collectedOn": "2026-01-06", "beneficiaries": ""}])
    );

    let wrong = rows.replace("<c r=\"E2\"><v>12</v></c>", "<c r=\"E2\" t=\"e\"><v>#REF!</v></c>");
    let words = city.refused(&import(&city.file("error.xlsx", workbook(&wrong, ""))));
    assert!(words.contains("第 2 行「户数」:「#REF!」是公式错误"), "{words}");
    assert!(
        words.contains("第 3 行「工作站编号」:「」为空"),
        "without the merge the second row names no station: {words}"
    );
    let far = format!("<row r=\"1\">{header}{}</row>", text("NTP1", "x"));
    let words = city.refused(&import(&city.file("wide.xlsx", workbook(&far, ""))));
    assert!(words.contains("超过 200 列"), "{words}");
    let low = format!("<row r=\"1\">{header}</row><row r=\"1048576\">{}</row>", text("A1048576", "x"));
    let words = city.refused(&import(&city.file("low.xlsx", workbook(&low, ""))));
    assert!(words.contains("超过 200000 行"), "{words}");
}

/// Scenario 14: 259 stations of which one has a wrong area code: the preview shows the row, and nothing is written.
#[test]
fn scenario_14_an_import_of_259_stations_with_one_wrong_area_writes_nothing() {
    for engine in engines() {
        let city = City::empty(engine);
        let row = |n: usize, area: &str| format!("XC-{n:03},第 {n} 工作站,站,{area},示例甲{n},示例乙{n}\n");
        let file = |wrong: usize| {
            let area = |n: usize| if n == wrong { "150199" } else { "150102005" };
            let rows: String = (1..=259).map(|n| row(n, area(n))).collect();
            let name = format!("stations-{wrong}.csv");
            city.file(&name, format!("编号,名称,类型,区划代码,第一召集人,第二召集人\n{rows}"))
        };
        let server = city.serve();
        let count = || {
            server.data("", "{ workstations(first: 1) { totalCount } }", json!({}))["workstations"]["totalCount"].clone()
        };
        let wrong = file(100);
        for preview in [&["--dry-run"][..], &[]] {
            let command = [&["import", "workstations", wrong.as_str()][..], preview].concat();
            let words = city.refused(&command);
            assert!(words.contains("第 101 行「区划代码」") && words.contains("150199"), "{words}");
            assert_eq!(words.matches("行「").count(), 1, "one row is wrong: {words}");
            assert_eq!(count(), 0);
        }
        city.ok(&["import", "workstations", &file(0), "--dry-run"]);
        assert_eq!(count(), 0, "a preview writes nothing");
        city.ok(&["import", "workstations", &file(0)]);
        assert_eq!(count(), 259);
    }
}

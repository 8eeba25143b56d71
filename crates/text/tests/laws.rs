//! Laws of the text crate: any text at all can be read, and the built-in models read what they were made for.

use proptest::prelude::*;
use text::near::Index;
use text::units::{UNITS_MODEL, UnitModel, unit_of};
use text::{Below, CLASSES, Example, Finer, Lexicon, Model, normalise, train};

fn model() -> Model {
    Model::read(CLASSES).expect("the built-in model")
}

#[test]
fn the_built_in_models_are_small_and_know_their_classes() {
    assert!(CLASSES.len() <= 2_000_000 && UNITS_MODEL.len() <= 2_000_000);
    let model = model();
    assert_eq!(model.classes().len(), 7);
    let verdict = model.classify("小区旁边的工厂半夜排放废气", "臭味刺鼻,污染严重,请环保部门检测");
    assert_eq!(verdict.guesses[0].class, "环境保护");
    assert!(verdict.guesses[0].permille > 500);
    assert!(verdict.guesses.iter().map(|g| g.permille).sum::<u32>().abs_diff(1000) <= 7);
    assert!(verdict.words.iter().any(|w| w.contains("污染") || w.contains("环保")), "{:?}", verdict.words);
    let units = UnitModel::read(UNITS_MODEL).expect("the built-in model");
    assert_eq!(
        units.suggest("人民路红绿灯时间太短", "每天堵车,交警也不来").first().unwrap().class,
        "交警支队"
    );
}

#[test]
fn a_file_that_is_no_model_is_refused() {
    assert!(Model::read(b"").is_err());
    assert!(Model::read(&CLASSES[..CLASSES.len() / 2]).is_err());
    assert!(UnitModel::read(CLASSES).is_err());
}

#[test]
fn texts_of_every_kind_and_size_can_be_read() {
    let model = model();
    let mut index = Index::default();
    let long = "小区路灯不亮,".repeat(60_000);
    for text in
        ["", "a", "。", "!!!???……", "😀😀😀👨‍👩‍👧", "Привет 路灯 مرحبا", "\u{0}\u{feff}\r\n\t", long.as_str()]
    {
        let verdict = model.classify(text, text);
        assert_eq!(verdict.guesses.len(), 7);
        let number = index.add(text, text);
        assert!(index.near(text, text).iter().all(|n| n.copied <= 1000));
        assert!(index.near_to(number).iter().all(|n| n.number != number));
        text::private::mask(text);
    }
}

#[test]
fn width_script_and_repetition_do_not_matter() {
    assert_eq!(normalise("ＡＢＣ　１２３"), "abc 123");
    assert_eq!(normalise("請解決學校門口的問題!!!!!!"), "请解决学校门口的问题!!");
    assert_eq!(normalise("13800000000"), "13800000000");
    let (a, b) = ("小區路燈不亮", "小区路灯不亮");
    assert_eq!(model().classify(a, ""), model().classify(b, ""));
}

#[test]
fn a_model_is_trained_from_examples_and_two_classes_at_least() {
    let example =
        |class: &str, text: &str| Example { class: class.into(), text: text.into(), ..Example::default() };
    let examples: Vec<Example> = (0..20)
        .flat_map(|k| {
            [example("灯", &format!("路灯坏了第{k}盏")), example("水", &format!("自来水停水第{k}天"))]
        })
        .collect();
    let words = Lexicon::from_cut(["路灯 不亮", "路灯 坏了", "路灯 维修"]);
    let model = train(&examples, &words).unwrap();
    assert_eq!(model.classify("", "巷子里路灯又坏了").guesses[0].class, "灯");
    assert_eq!(Model::read(&model.write()).unwrap().classify("", "停水了").guesses[0].class, "水");
    assert_eq!(train(&examples, &words).unwrap().write(), model.write(), "training is deterministic");
    assert!(train(&[example("灯", "路灯")], &words).is_none());
}

#[test]
fn where_two_classes_are_as_right_the_clear_examples_settle_which_is_taught() {
    let example = |class: &str, also: &str, text: String| Example {
        class: class.into(),
        also: also.into(),
        text,
        ..Example::default()
    };
    let clear = (0..8)
        .flat_map(|k| [example("灯", "", format!("路灯不亮{k}")), example("水", "", format!("停水漏水{k}"))]);
    let doubtful = |also: &str| -> Vec<Example> {
        let more = (0..40).map(|k| example("水", also, format!("路灯下面积水{k}号路灯")));
        clear.clone().chain(more).collect()
    };
    let words = Lexicon::default();
    let of = |examples: &[Example]| {
        let model = train(examples, &words).expect("two classes");
        model.classify("", "路灯下面积水,路灯").guesses.swap_remove(0).class
    };
    assert_eq!(of(&doubtful("灯")), "灯", "as clear ones have it, however often the other was put first");
    assert_eq!(of(&doubtful("")), "水", "where it alone is right");
    assert!(train(&doubtful("灯")[16..], &words).is_none(), "one class is all that is left");
}

/// A class by its three levels.
fn path(a: &str, b: &str, c: &str) -> [String; 3] {
    [a.to_owned(), b.to_owned(), c.to_owned()]
}

#[test]
fn finer_classes_are_given_only_where_the_text_names_them() {
    let finer = Finer::new([
        path("城乡建设", "市政", "园林绿化"),
        path("城乡建设", "市政", "路灯照明"),
        path("城乡建设", "住房", "物业管理"),
        path("环境保护", "污染", "噪声污染"),
    ]);
    let found = finer.below("城乡建设", "物业管理混乱", "物业管理费高");
    assert_eq!((found.second, found.third), (Some("住房"), Some("物业管理")));
    assert_eq!(finer.below("城乡建设", "你好", "请帮忙"), Below::default());
    assert_eq!(finer.below("没有这一类", "物业管理", ""), Below::default());
}

#[test]
fn residents_words_tell_finer_classes_and_an_offices_own_classes_are_told_by_their_names() {
    let finer = Finer::new([
        path("城乡建设", "城市建设和市政管理", "城市公共设施"),
        path("城乡建设", "城市建设和市政管理", "公共汽车"),
        path("城乡建设", "城市建设和市政管理", "其他"),
        path("城乡建设", "城乡规划", "违章建筑"),
        path("城乡建设", "新设的一类", "共享单车停放"),
    ]);
    let below = |title: &str, text: &str| {
        let found = finer.below("城乡建设", title, text);
        (found.second, found.third)
    };
    let second = Some("城市建设和市政管理");
    assert_eq!(below("巷子里的路灯坏了", "晚上看不见"), (second, Some("城市公共设施")));
    assert_eq!(
        below("９路公交車末班车太早", ""),
        (second, Some("公共汽车")),
        "wide digits, traditional forms"
    );
    assert_eq!(below("公交和路灯", ""), (second, None), "two as near: the level above is still clear");
    assert_eq!(below("路灯", "有人违章"), (second, Some("城市公共设施")), "a title counts most");
    assert_eq!(below("共享单车停放混乱", ""), (Some("新设的一类"), Some("共享单车停放")));
    let found = finer.below("城乡建设", "夜里公交站没有末班车", "公交车太少");
    assert_eq!(found.cues, ["公交车", "公交站", "末班车"], "the longest that are there");
    assert_eq!(below("您好", "请您多关心我们"), (None, None));
    assert_eq!(below("", ""), (None, None));
    let long = "路灯".repeat(400_000);
    assert_eq!(below("", &long), (None, None), "once said or often, words in the text alone do not decide");
}

#[test]
fn a_first_level_that_the_model_does_not_know_is_told_by_cues_where_the_office_has_it() {
    let household = path("政法", "户籍证件", "户籍管理");
    let light = path("城乡建设", "城市建设和市政管理", "城市公共设施");
    let finer = Finer::new([household.clone(), light.clone()]);
    let (title, text) = ("咨询户口迁移问题", "您好,户口迁移需要什么材料");
    let meaning = finer.read(&model(), title, text, 3);
    let (first, below) = &meaning.classes[0];
    assert_eq!((first.class.as_str(), below.third), ("政法", Some("户籍管理")));
    assert_eq!(meaning.words, ["户口迁移"], "the cues that decided, each as long as it is there");
    assert_eq!(meaning.classes.len(), 3, "what the model says follows");
    assert!(meaning.classes.iter().map(|(guess, _)| guess.permille).sum::<u32>() <= 1000);
    let first = |finer: &Finer, model: &Model, title: &str, text: &str| {
        finer.read(model, title, text, 1).classes.swap_remove(0).0.class
    };
    assert_eq!(
        first(&finer, &model(), "巷子里的路灯坏了", "户口也在这里"),
        "城乡建设",
        "no more than in passing"
    );
    assert_ne!(
        first(&Finer::new([light]), &model(), title, text),
        "政法",
        "a class that the office does not have"
    );
    let poor = Finer::new([path("民政", "社会救助", "农村低保")]);
    let (title_of_poor, text_of_poor) = ("低保怎么申请", "家里困难想申请低保");
    assert_eq!(
        first(&poor, &model(), title_of_poor, text_of_poor),
        "劳动和社会保障",
        "where the model is sure of another, one cue is not enough"
    );
    assert_eq!(first(&poor, &Model::default(), title_of_poor, text_of_poor), "民政", "by itself it is");
    let example = |class: &str, title: &str| Example {
        class: class.into(),
        title: title.into(),
        text: text.into(),
        ..Example::default()
    };
    let own = [example("政法", "法律援助"), example("城乡建设", title), example("城乡建设", title)];
    let words = Lexicon::from_cut(["户口 迁移"]);
    let model = train(&own, &words).expect("two classes");
    assert_eq!(first(&finer, &model, title, text), "城乡建设", "what a model has learned is left to it");
    assert!(finer.read(&Model::default(), title, text, 3).classes.len() == 1, "cues need no model");
    assert!(finer.read(&Model::default(), "", "", 3).classes.is_empty());
}

#[test]
fn copies_alone_are_the_copies_among_what_is_near() {
    let phrases: Vec<String> =
        (0..24).map(|k| format!("第{k}栋楼道灯坏了{}没有人来修", "很久".repeat(k % 3 + 1))).collect();
    let mut state = 5u64;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let mut index = Index::default();
    let (mut met, mut others) = (0, 0);
    for _ in 0..600 {
        let text: String = (0..2 + below(4)).map(|_| phrases[below(phrases.len())].as_str()).collect();
        let near = index.near(&phrases[below(3)], &text);
        others += near.iter().filter(|n| !n.is_copy()).count();
        let title = phrases[below(3)].as_str();
        let copies: Vec<_> = index.near(title, &text).into_iter().filter(|n| n.is_copy()).collect();
        met += copies.len();
        assert_eq!(index.copies(title, &text), copies);
        index.add(title, &text);
    }
    assert!(met > 100 && others > 100, "{met} copies, {others} others");
}

#[test]
fn copies_are_found_and_told_from_templates_for_other_places() {
    let mut index = Index::default();
    index.add("咨询公积金提取需要哪些材料", "我想提取公积金还房贷,请问要准备什么材料,到哪里办理");
    let first = index.add(
        "曙光小区楼下烧烤店油烟扰民",
        "曙光小区三号楼楼下的烧烤店每天营业到凌晨两点,油烟直接排到居民窗口,孩子咳嗽不止,多次投诉没有结果,请城管部门处理",
    );
    let near = index.near(
        "曙光小区楼下烧烤店油烟扰民严重",
        "您好!曙光小区三号楼楼下的烧烤店每天营业到凌晨两点,油烟直接排到居民窗口,孩子咳嗽不止,多次投诉没有结果,请城管部门尽快处理",
    );
    assert_eq!(near[0].number, first);
    assert!(near[0].is_copy() && near[0].is_same_matter());
    assert!(!near[0].shared.is_empty());
    index.add("曙光小区楼下烧烤店油烟扰民再次投诉", "曙光小区三号楼楼下的烧烤店每天营业到凌晨两点,油烟直接排到居民窗口,孩子咳嗽不止,多次投诉没有结果,请城管部门处理");
    let groups = index.groups(|_, n| n.is_copy());
    assert_eq!(groups.iter().map(|g| g.numbers.clone()).collect::<Vec<_>>(), [vec![first, first + 1]]);
    assert_eq!(index.copy_groups(|_, _| true), groups);
    assert!(index.copy_groups(|_, _| false).is_empty());
    assert!(groups[0].alike > 600 && !groups[0].shared.is_empty(), "{groups:?}");
    assert!(index.near("公交车等不到", "三路公交车半小时一班").iter().all(|n| !n.is_same_matter()));
}

#[test]
fn the_unit_of_an_answer_is_the_first_that_it_names_outside_quotations() {
    assert_eq!(unit_of("您反映的“请城管局管管夜市”已收悉。经市教育局调查……"), Some("教育局"));
    assert_eq!(unit_of("您好,来信收悉。"), None);
}

proptest! {
    #[test]
    fn writing_it_again_changes_nothing(text in ".{0,80}") {
        let once = normalise(&text);
        prop_assert_eq!(normalise(&once), once);
    }

    #[test]
    fn nearness_is_the_same_both_ways(a in "[路灯小区不亮水管漏坏]{8,40}", b in "[路灯小区不亮水管漏坏]{8,40}") {
        let mut index = Index::default();
        index.add("", &a);
        index.add("", &b);
        let (ab, ba) = (index.near_to(0), index.near_to(1));
        prop_assert_eq!(ab.first().map(|n| (n.copied, n.alike)), ba.first().map(|n| (n.copied, n.alike)));
    }
}

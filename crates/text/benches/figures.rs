//! tmp
use text::*;
fn f1(pred: &[(String, String)]) -> f64 {
    let mut classes: Vec<&String> = pred.iter().map(|p| &p.0).collect(); classes.sort(); classes.dedup();
    classes.iter().map(|c| {
        let tp = pred.iter().filter(|p| p.0 == **c && p.1 == **c).count() as f64;
        let fp = pred.iter().filter(|p| p.0 != **c && p.1 == **c).count() as f64;
        let fnn = pred.iter().filter(|p| p.0 == **c && p.1 != **c).count() as f64;
        2.0 * tp / (2.0 * tp + fp + fnn)
    }).sum::<f64>() / classes.len() as f64
}
fn main() {
    units_bench::run(); return;
    let mut r = csv::Reader::from_path("/work/shared/data/labelled-tokens.csv").unwrap();
    let ex: Vec<Example> = r.records().map(|r| { let r = r.unwrap(); Example { class: r[0].into(), title: String::new(), text: r[1].replace(' ', "") } }).collect();
    let proxy: Vec<(usize, String, String, String)> = std::fs::read_to_string("/tmp/proxy.tsv").unwrap().lines().map(|l| { let p: Vec<&str> = l.split('\t').collect(); (p[0].parse().unwrap(), p[1].into(), p[2].into(), p[3].into()) }).collect();
    let mut all = vec![];
    for k in 0..5 {
        let tr: Vec<Example> = ex.iter().enumerate().filter(|(i, _)| i % 5 != k).map(|(_, e)| e.clone()).collect();
        let m = train(&tr).unwrap();
        let p: Vec<(String, String)> = ex.iter().enumerate().filter(|(i, _)| i % 5 == k).map(|(_, e)| (e.class.clone(), m.classify("", &e.text).guesses[0].class.clone())).collect();
        print!("{:.4} ", f1(&p));
        all.extend(p);
    }
    println!("cv {:.4}", f1(&all));
    let skip: std::collections::HashSet<usize> = proxy.iter().map(|p| p.0).collect();
    let tr: Vec<Example> = ex.iter().enumerate().filter(|(i, _)| !skip.contains(i)).map(|(_, e)| e.clone()).collect();
    let t = std::time::Instant::now();
    let m = train(&tr).unwrap();
    println!("train {:?} size {}", t.elapsed(), m.write().len());
    let raw: Vec<(String, String)> = proxy.iter().map(|p| (p.1.clone(), m.classify(&p.2, &p.3).guesses[0].class.clone())).collect();
    let cut: Vec<(String, String)> = proxy.iter().map(|p| (p.1.clone(), m.classify("", &ex[p.0].text).guesses[0].class.clone())).collect();
    let two = proxy.iter().filter(|p| m.classify(&p.2, &p.3).guesses[..2].iter().any(|g| g.class == p.1)).count();
    println!("raw {:.4} cut {:.4} acc raw {} two {}", f1(&raw), f1(&cut), raw.iter().filter(|p| p.0 == p.1).count(), two);
    let t = std::time::Instant::now();
    for _ in 0..20 { for p in &proxy { std::hint::black_box(m.classify(&p.2, &p.3)); } }
    println!("{:.0}/s", 20.0 * proxy.len() as f64 / t.elapsed().as_secs_f64());
    println!("{:?}", m.classify(&proxy[0].2, &proxy[0].3));
}
mod units_bench {
    use text::*;
    use std::collections::HashMap;
    pub fn run() {
        let mut r = csv::Reader::from_path("/work/shared/data/messages-with-replies.csv").unwrap();
        let all: Vec<units::Answered> = r.records().map(|r| { let r = r.unwrap(); units::Answered { title: r[2].into(), text: r[4].into(), answer: r[5].into() } }).collect();
        let ex = units::examples(&all);
        println!("units {} of {}", ex.len(), all.len());
        let grams = |e: &Example| -> HashMap<String, f64> { let c: Vec<char> = format!("{}{}", e.title, e.text).chars().filter(|c| !c.is_whitespace()).collect(); let mut m = HashMap::new(); for n in 1..=3 { for w in c.windows(n) { *m.entry(w.iter().collect()).or_insert(0.0) += 1.0; } } m };
        let (mut ours, mut base) = ([0; 3], [0; 3]);
        for k in 0..5 {
            let tr: Vec<Example> = ex.iter().enumerate().filter(|(i, _)| i % 5 != k).map(|(_, e)| e.clone()).collect();
            let te: Vec<&Example> = ex.iter().enumerate().filter(|(i, _)| i % 5 == k).map(|(_, e)| e).collect();
            let m = units::train_units(&tr).unwrap();
            let tg: Vec<HashMap<String, f64>> = tr.iter().map(grams).collect();
            let mut df: HashMap<&String, f64> = HashMap::new();
            for g in &tg { for k in g.keys() { *df.entry(k).or_default() += 1.0; } }
            let n = tg.len() as f64;
            let tfidf = |g: &HashMap<String, f64>| -> HashMap<String, f64> { let mut v: HashMap<String, f64> = g.iter().filter(|(k, _)| df.get(k).is_some_and(|d| *d >= 2.0)).map(|(k, t)| (k.clone(), (1.0 + t.ln()) * (((1.0 + n) / (1.0 + df[k])).ln() + 1.0))).collect(); let l = v.values().map(|x| x * x).sum::<f64>().sqrt(); v.values_mut().for_each(|x| *x /= l); v };
            let mut cent: HashMap<&str, HashMap<String, f64>> = HashMap::new();
            for (g, e) in tg.iter().zip(&tr) { let c = cent.entry(&e.class).or_default(); for (k, x) in tfidf(g) { *c.entry(k).or_default() += x; } }
            for c in cent.values_mut() { let l = c.values().map(|x| x * x).sum::<f64>().sqrt(); c.values_mut().for_each(|x| *x /= l); }
            for e in te {
                let g = m.suggest(&e.title, &e.text);
                for (j, k) in [1, 3, 5].iter().enumerate() { ours[j] += usize::from(g.iter().take(*k).any(|x| x.class == e.class)); }
                let v = tfidf(&grams(e));
                let mut s: Vec<(f64, &str)> = cent.iter().map(|(u, c)| (v.iter().filter_map(|(k, x)| Some(x * c.get(k)?)).sum(), *u)).collect();
                s.sort_by(|a, b| b.0.total_cmp(&a.0));
                for (j, k) in [1, 3, 5].iter().enumerate() { base[j] += usize::from(s.iter().take(*k).any(|x| x.1 == e.class)); }
            }
        }
        let f = |x: [usize; 3]| x.map(|c| (c as f64 / ex.len() as f64 * 1000.0).round() / 1000.0);
        println!("ours {:?} base {:?}", f(ours), f(base));
    }
}

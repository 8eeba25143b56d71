//! The built-in classes lose the keywords that they had: of the messages that have one, four in ten were of the class. The model
//! and its cues know these classes; what an office has given a class itself stays.

use sea_orm_migration::prelude::*;

/// Built-in classes without keywords.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Name and keywords of each class of the second level that had some.
const HAD: [(&str, &str); 28] = [
    ("法律服务", "法律咨询,律师,遗嘱,合同,维权"),
    ("仲裁与调解", "调解,纠纷,漏水,邻里"),
    ("社会治安", "治安,诈骗,监控,被盗"),
    ("公共卫生", "义诊,体检,医生,血压"),
    ("文化", "书法,文艺,演出,文化"),
    ("体育", "健身,体育,锻炼,球"),
    ("教育行政管理", "托管,家庭教育,辅导,孩子"),
    ("城市建设和市政管理", "路灯,积水,地砖,公厕,井盖"),
    ("住房保障与房地产", "暖气,物业,电梯,漏雨,供热"),
    ("城乡规划", "规划,荒地,停车"),
    ("客货运输", "公交,车站,线路"),
    ("就业培训", "就业,招聘,岗位,培训,失业"),
    ("劳动关系", "工资,欠薪,加班"),
    ("退休政策及待遇", "退休,养老金,社保"),
    ("社会救助", "困难,低保,救助,大病"),
    ("社会服务", "老人,独居,助餐,志愿"),
    ("优抚", "退役,军人,老兵"),
    ("农资农技", "种植,农技,病害,大棚,化肥"),
    ("动物防疫", "养殖,羊,牛,防疫"),
    ("农副产品流通", "销路,带货,农产品"),
    ("水利水电", "灌溉,机井,自来水"),
    ("环境污染", "噪声,油烟,垃圾,污染"),
    ("市场监管", "食品,消费,早市"),
    ("旅游管理", "旅游,农家乐,民宿"),
    ("信息化建设", "手机,小程序,上网"),
    ("知识产权", "商标,专利"),
    ("金融财税", "税,贷款,融资"),
    ("土地征收", "征地,补偿,宅基地"),
];

/// Exchanges the keywords of a built-in class.
async fn exchange(manager: &SchemaManager<'_>, name: &str, from: &str, to: &str) -> Result<(), DbErr> {
    let column = |name: &str| Expr::col(Alias::new(name));
    let update = Query::update()
        .table(Alias::new("category"))
        .value(Alias::new("keywords"), to)
        .and_where(column("standard").eq("内置"))
        .and_where(column("level").eq(2))
        .and_where(column("name").eq(name))
        .and_where(column("keywords").eq(from))
        .to_owned();
    manager.execute(update).await
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, keywords) in HAD {
            exchange(manager, name, keywords, "").await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, keywords) in HAD {
            exchange(manager, name, "", keywords).await?;
        }
        Ok(())
    }
}

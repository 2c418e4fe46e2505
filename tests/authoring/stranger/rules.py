"""陌生人写的插件：式子说不清的三条。"""

from fractions import Fraction

from checker.api import Context, CountyContext, CountyData, Quantity, Unit


def balanced(unit: Unit, context: Context):
    most = Fraction(context.rule.spec["most"])
    grades = {}
    for row in unit.rows("classes"):
        grades.setdefault(row.text("classes.grade"), []).append(row)
    for grade, rows in grades.items():
        boys = sum(row.number("classes.boys") for row in rows)
        girls = sum(row.number("classes.girls") for row in rows)
        if boys + girls == 0:
            continue
        share = Quantity(max(boys, girls) / (boys + girls) * 100, "%")
        at = [ref for row in rows for ref in row.refs("classes.boys")]
        say = context.failed if share.value > most else context.passed
        yield say(f"{grade}男女生中多的一方占 {share}。", at=at, actual=share)


def addresses_differ(county: CountyData, context: CountyContext):
    most = context.threshold("STR9")
    given = county.schools.dropna(subset=["school.address"])
    alike = [same for _, same in given.groupby("school.address") if len(same) >= most]
    for same in alike:
        names = "、".join(context.name(code) for code in same.index)
        yield context.failed(f"{names}的地址完全相同。", schools=same.index)
    if not alike:
        yield context.passed("没有两所学校的地址相同。")


def mean_class(county: CountyData, context: CountyContext):
    for grade, rows in county.table("classes").groupby("grade"):
        mean = Quantity(rows["total"].sum() / len(rows), "人")
        say = context.failed if mean.value > 50 else context.passed
        yield say(f"{grade}平均每班 {mean}。", actual=mean, required="不超过 50人")

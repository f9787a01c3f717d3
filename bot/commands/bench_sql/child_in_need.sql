-- view: cin_plans
select p.cinp_cin_plan_id as id, p.cinp_person_id as child, day_of(p.cinp_cin_plan_start_date) as begun,
    day_of(e.cine_close_date) as close,
    nullif(least(coalesce(day_of(p.cinp_cin_plan_end_date), far()), coalesce(day_of(e.cine_close_date), far()),
        coalesce(people.adult, far())), far()) as ended
from ssd_cin_plans p left join ssd_cin_episodes e on e.cine_referral_id = p.cinp_referral_id
    left join people on people.child = p.cinp_person_id

-- view: any_plans
select child, begun, ended, begun <= coalesce(close, begun) as begins from cin_plans
union all select child, begun, ended, true from cp_plans
union all select clae_person_id, day_of(clae_cla_episode_start_date), day_of(clae_cla_episode_ceased_date), false
    from ssd_cla_episodes
union all select child, own_start, own_start, true from care

-- needs: cin_plan
ssd_cin_plans

-- deadline: cin_plan
select e.cine_referral_id as subject, e.start, e.start + 56 as due,
    case when bool_or(p.begun <= e.start and coalesce(p.ended, far()) > e.start) then e.start
        else min(p.begun) filter (p.begins and p.begun >= e.start) end as done,
    e.close as ended, false as done_wins
from (
    select *, day_of(cine_referral_date) as start, day_of(cine_close_date) as close from ssd_cin_episodes
    where not coalesce(yes(cine_referral_nfa), false)
) e left join any_plans p on p.child = e.cine_person_id
group by e.cine_referral_id, e.start, e.close

-- view: stretches
with blocks as (
    select child, begun, ended from cp_plans where begun < coalesce(ended, far()) and begun <= as_at()
    union all select child, begun, ended from care where begun is not null and begun < coalesce(ended, far())
), starts as (
    select p.id, p.child, p.begun as day, p.ended as over from cin_plans p
    union all
    select p.id, p.child, b.ended, p.ended from cin_plans p join blocks b on b.child = p.child
    where b.ended > p.begun and b.ended < coalesce(p.ended, far())
), free as (
    select distinct * from starts s
    where not exists (select 1 from blocks b where b.child = s.child and b.begun <= s.day and coalesce(b.ended, far()) > s.day)
)
select f.id || '/' || f.day as key, f.id as subject, f.child, f.day as begun,
    nullif(least(coalesce(f.over, far()), coalesce(min(b.begun), far())), far()) as ended
from free f left join blocks b on b.child = f.child and b.begun > f.day
group by f.id, f.child, f.day, f.over

-- needs: cin_visit
ssd_cin_visits

-- regime: cin_visit
select * from stretches

-- events: cin_visit
select r.key, day_of(v.cinv_cin_visit_date) as day from regimes r join ssd_cin_visits v on v.cinv_person_id = r.child
where yes(v.cinv_cin_visit_seen)

-- due: cin_visit
plus_wd(start, 20)

-- needs: cin_review
local_meetings

-- regime: cin_review
select * from stretches

-- events: cin_review
select r.key, m.day from regimes r join meetings m on m.child = r.child and m.kind = 'cin_review'

-- due: cin_review
(start + interval 3 month)::date

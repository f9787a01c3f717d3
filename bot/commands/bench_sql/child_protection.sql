-- view: enquiries
select s47e_s47_enquiry_id as id, s47e_person_id as child, day_of(s47e_s47_start_date) as begun,
    day_of(s47e_s47_end_date) as over, s47e_referral_id as referral, coalesce(yes(s47e_s47_nfa), false) as nfa,
    coalesce(yes(try_cast(s47e_s47_outcome_json as json) ->> 'CP_CONFERENCE_FLAG'), false) as to_conference
from ssd_s47_enquiry

-- view: conferences
with held as (
    select icpc_icpc_id as icpc, icpc_person_id as child, day_of(icpc_icpc_date) as day, e.id as named
    from ssd_initial_cp_conference c left join enquiries e on e.id = c.icpc_s47_enquiry_id
    where not coalesce(yes(icpc_icpc_transfer_in), false) and day_of(icpc_icpc_date) <= as_at()
), belonging as (
    select h.icpc, e.id, h.day from held h join enquiries e on h.named is null and e.child = h.child
        and e.begun between h.day - 60 and h.day
    qualify row_number() over (partition by h.icpc order by e.begun desc, id_number(e.id) desc, e.id desc) = 1
)
select named as enquiry, day from held where named is not null union all select id, day from belonging

-- needs: initial_conference
ssd_initial_cp_conference

-- deadline: initial_conference
select e.id as subject, e.begun as start, plus_wd(e.begun, 15) as due,
    (select min(day) from conferences c where c.enquiry = e.id and c.day >= e.begun and c.day <= coalesce(e.until, c.day)) as done,
    case when e.no_duty then e.over else e.until end as ended, false as done_wins,
    case when e.no_duty then 'lapsed' end as said
from (
    select s.*, nullif(least(coalesce(day_of(r.cine_close_date), far()), coalesce(p.adult, far())), far()) as until,
        s.over <= as_at() and (not s.to_conference or s.nfa)
            and not exists (select 1 from conferences c where c.enquiry = s.id and c.day >= s.begun) as no_duty
    from enquiries s left join ssd_cin_episodes r on r.cine_referral_id = s.referral left join people p on p.child = s.child
) e

-- view: conference_regimes
select p.id as key, p.id as subject, p.child, coalesce(day_of(i.icpc_icpc_date), p.begun) as begun, p.begun as plan_begun, p.ended
from cp_plans p left join ssd_initial_cp_conference i on i.icpc_icpc_id = p.icpc and day_of(i.icpc_icpc_date) <= as_at()
where p.begun <= as_at()

-- view: cp_reviews
select cppr_cp_plan_id as plan, day_of(cppr_cp_review_date) as day from ssd_cp_reviews
where lower(regexp_replace(coalesce(cppr_cp_review_quorate, ''), '^[a-z]\) *', '')) not in ('n', 'no', 'false', '0')

-- needs: review_conference
ssd_cp_reviews

-- regime: review_conference
select * from conference_regimes

-- events: review_conference
select r.key, v.day from regimes r join cp_reviews v on v.plan = r.key where v.day > r.plan_begun

-- due: review_conference
case step when 1 then (start + interval 3 month)::date else (start + interval 6 month)::date end

-- needs: cp_visit
ssd_cp_visits

-- regime: cp_visit
select id as key, id as subject, child, begun, ended from cp_plans

-- events: cp_visit
select r.key, day_of(v.cppv_cp_visit_date) as day from regimes r join ssd_cp_visits v
    on v.cppv_cp_plan_id = r.key or (v.cppv_cp_plan_id is null and v.cppv_person_id = r.child)
where yes(v.cppv_cp_visit_seen)

-- due: cp_visit
plus_wd(start, 10)

-- needs: core_group
local_meetings

-- regime: core_group
select id as key, id as subject, child, begun, ended from cp_plans

-- events: core_group
select r.key, m.day from regimes r join meetings m on m.child = r.child and m.kind = 'core_group'

-- due: core_group
case step when 1 then plus_wd(start, 10) else start + 42 end

-- needs: mid_point_review
ssd_cp_reviews local_meetings

-- deadline: mid_point_review
with reviews as (
    select distinct r.key, v.day from conference_regimes r join cp_reviews v on v.plan = r.key
    where v.day > r.plan_begun and v.day >= r.begun and v.day <= coalesce(r.ended, v.day) and v.day <= as_at()
), starts as (
    select key, child, begun as day, 0 as later, ended from conference_regimes
    union all select r.key, r.child, v.day, 1, r.ended from reviews v join conference_regimes r on r.key = v.key
), gaps as (
    select *, row_number() over gap as step, lead(day) over gap as next from starts
    window gap as (partition by key order by later, day)
)
select key as subject, step as sequence, day as start,
    case step when 1 then day + 42 else (day + interval 3 month)::date end as due,
    (select min(m.day) from meetings m where m.child = g.child and m.kind = 'mid_point_review'
        and (m.day > g.day or (g.step = 1 and m.day = g.day)) and m.day <= coalesce(g.next, g.ended, m.day)) as done,
    coalesce(next, ended) as ended, false as done_wins
from gaps g

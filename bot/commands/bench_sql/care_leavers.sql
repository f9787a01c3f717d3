-- view: leavers
select clea_table_id as id, clea_person_id as child, leaver_word(clea_care_leaver_eligibility) as eligibility,
    coalesce(leaver_word(clea_care_leaver_in_touch), '') as touch, day_of(clea_pathway_plan_review_date) as reviewed,
    day_of(clea_care_leaver_latest_contact) as contact
from ssd_care_leavers

-- view: planned_leavers
select * from leavers where eligibility in ('ELIGIBLE', 'RELEVANT', 'FORMER RELEVANT') and touch not in ('RHOM', 'DIED')

-- deadline: pathway_plan
select id as subject, start, (start + interval 3 month)::date as due, reviewed as done, null::date as ended,
    true as done_wins, true as before_counts
from (
    select l.*, greatest(birthday(p.born, 16), (select min(c.begun) + 91 from care c where c.child = l.child)) as start
    from planned_leavers l join people p on p.child = l.child where p.born is not null
)

-- deadline: pathway_review
select id as subject, reviewed as start, (reviewed + interval 6 month)::date as due, null::date as done,
    null::date as ended, true as done_wins
from planned_leavers

-- deadline: care_leaver_contact
select id as subject, start, start + 56 as due, null::date as done, null::date as ended, true as done_wins
from (
    select l.*, coalesce(case when contact <= as_at() then contact end, p.adult) as start
    from leavers l left join people p on p.child = l.child
    where eligibility in ('RELEVANT', 'FORMER RELEVANT') and touch not in ('NREQ', 'RHOM', 'DIED')
)

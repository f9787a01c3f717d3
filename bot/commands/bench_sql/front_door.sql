-- needs: contact_decision
local_contact_decisions

-- deadline: contact_decision
select c.cont_contact_id as subject, day_of(c.cont_contact_date) as start, plus_wd(day_of(c.cont_contact_date), 1) as due,
    day_of(d.decision_date) as done, null::date as ended, true as done_wins
from ssd_contacts c left join local_contact_decisions d on d.contact_id = c.cont_contact_id

-- deadline: assessment
select a.cina_assessment_id as subject, day_of(a.cina_assessment_start_date) as start,
    plus_wd(day_of(a.cina_assessment_start_date), 45) as due, day_of(a.cina_assessment_auth_date) as done,
    day_of(e.cine_close_date) as ended, true as done_wins
from ssd_cin_assessments a left join ssd_cin_episodes e on e.cine_referral_id = a.cina_referral_id

-- deadline: assessment_from_referral
select subject, start, plus_wd(start, 45) as due, done, ended, true as done_wins
from (
    select a.cina_assessment_id as subject, day_of(a.cina_assessment_auth_date) as done, day_of(e.cine_close_date) as ended,
        case when row_number() over (partition by a.cina_referral_id
                order by day_of(a.cina_assessment_start_date), id_number(a.cina_assessment_id), a.cina_assessment_id) = 1
            and day_of(e.cine_referral_date) <= day_of(a.cina_assessment_start_date)
        then day_of(e.cine_referral_date) else day_of(a.cina_assessment_start_date) end as start
    from ssd_cin_assessments a left join ssd_cin_episodes e on e.cine_referral_id = a.cina_referral_id
    where day_of(a.cina_assessment_start_date) <= as_at()
)

-- deadline: return_interview
select missing_id as subject, day_of(returned_at) as start, day_of(returned_at) + 3 as due, day_of(held_at) as done,
    day_of(declined_at) as ended, true as done_wins,
    case when minute_of(held_at) > minute_of(returned_at) + interval 72 hour then 'done_late'
        when minute_of(held_at) >= minute_of(returned_at) then 'done_in_time'
        when held_at is null and day_of(declined_at) = day_of(returned_at) + 3 and day_of(declined_at) <= as_at()
            and minute_of(declined_at) > minute_of(returned_at) + interval 72 hour then 'missed' end as said,
    coalesce(minute_of(declined_at) > minute_of(returned_at), false) as made
from (
    select * replace (case when day_of(held_at) between day_of(returned_at) and as_at()
        and coalesce(minute_of(held_at) >= minute_of(returned_at), true) then held_at end as held_at)
    from local_return_interviews
)

"""Every clock's rule in plain English, and the timescales it uses.

Read by "how is it counted?", by "why?" and by the handbook.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """sentence: the rule.  limits: names of timescales, in the order they apply.  noun: what one row asks for.
    done: what stops the clock.  begins: what the start date is."""

    sentence: str
    limits: tuple[str, ...]
    noun: str
    begins: str
    done: str


RULES: dict[str, Rule] = {
    "contact_decision": Rule(
        sentence="A contact is decided by the next working day.",
        limits=("contact_decision",),
        noun="decision",
        begins="the contact came in",
        done="decided",
    ),
    "assessment": Rule(
        sentence=(
            "An assessment is authorised within 45 working days of its own "
            "start. If the case closes first, nothing is owed."
        ),
        limits=("assessment",),
        noun="assessment",
        begins="the assessment began",
        done="authorised",
    ),
    "assessment_from_referral": Rule(
        sentence=(
            "The first assessment of a referral is authorised within 45 working "
            "days of the referral, a later one of its own start."
        ),
        limits=("assessment_from_referral",),
        noun="assessment",
        begins="the referral came in",
        done="authorised",
    ),
    "initial_conference": Rule(
        sentence=(
            "An initial conference is held within 15 working days of the strategy discussion "
            "that began the section 47 enquiry. An enquiry that ended with no conference "
            "needed owes none; a transfer-in conference answers no enquiry."
        ),
        limits=("initial_conference",),
        noun="initial conference",
        begins="the strategy discussion was held",
        done="held",
    ),
    "review_conference": Rule(
        sentence=(
            "The first review conference is held within three months of the initial conference, each "
            "later one within six months of the last. An inquorate review does not count."
        ),
        limits=("review_conference_first", "review_conference_next"),
        noun="review conference",
        begins="the last conference was held",
        done="held",
    ),
    "cp_visit": Rule(
        sentence=(
            "A child on a child protection plan is seen within ten working days of the plan's start "
            "and of each visit. A visit at which the child was not seen does not count."
        ),
        limits=("cp_visit",),
        noun="visit",
        begins="the plan began or the child was last seen",
        done="seen",
    ),
    "core_group": Rule(
        sentence=(
            "The first core group meets within ten working days of the plan's "
            "start, later ones within 42 days of the last."
        ),
        limits=("core_group_first", "core_group_next"),
        noun="core group",
        begins="the plan began or the last core group met",
        done="held",
    ),
    "mid_point_review": Rule(
        sentence=(
            "Between two conferences there is one mid-point review: within 42 days of the "
            "initial conference, within three months of each review conference."
        ),
        limits=("mid_point_review_first", "mid_point_review_next"),
        noun="mid-point review",
        begins="the last conference was held",
        done="held",
    ),
    "cin_plan": Rule(
        sentence=(
            "An open case has a plan within 56 days of the referral: a child in "
            "need plan, a child protection plan or a care period."
        ),
        limits=("cin_plan",),
        noun="plan",
        begins="the referral came in",
        done="planned",
    ),
    "cin_visit": Rule(
        sentence=(
            "A child with a child in need plan is seen within 20 working days of the plan's start and of "
            "each visit. The visits stop while the child is on a child protection plan or looked after."
        ),
        limits=("cin_visit",),
        noun="visit",
        begins="the plan began or the child was last seen",
        done="seen",
    ),
    "cin_review": Rule(
        sentence="A child in need plan is reviewed every three months.",
        limits=("cin_review",),
        noun="review",
        begins="the plan began or was last reviewed",
        done="reviewed",
    ),
    "lac_visit": Rule(
        sentence=(
            "A looked-after child is seen within seven days of the start of any placement, then within 42 "
            "days of each visit; every three months after a year in a placement meant to last to 18; "
            "weekly, then every 28 days, with parents under an interim care order."
        ),
        limits=(
            "lac_visit_first",
            "lac_visit_next",
            "lac_visit_long_term",
            "lac_visit_parents_weekly",
            "lac_visit_parents_after_review",
        ),
        noun="visit",
        begins="the placement began or the child was last seen",
        done="seen",
    ),
    "lac_review": Rule(
        sentence=(
            "The first review is held within 20 working days of entering care, the second within three "
            "months of the first, later ones within six months of the last. A cancelled review does not "
            "count."
        ),
        limits=("lac_review_first", "lac_review_second", "lac_review_next"),
        noun="review",
        begins="care began or the last review was held",
        done="held",
    ),
    "initial_health_assessment": Rule(
        sentence="The initial health assessment is completed within 20 working days of entering care.",
        limits=("initial_health_assessment",),
        noun="health assessment",
        begins="care began",
        done="completed",
    ),
    "review_health_assessment": Rule(
        sentence="Health is assessed again every six months under five, every twelve months from five on.",
        limits=("review_health_under_5", "review_health_5_and_over"),
        noun="health assessment",
        begins="health was last assessed",
        done="completed",
    ),
    "dental_check": Rule(
        sentence="Teeth are checked every twelve months in care.",
        limits=("dental_check",),
        noun="dental check",
        begins="care began or teeth were last checked",
        done="checked",
    ),
    "sdq": Rule(
        sentence=(
            "A Strengths and Difficulties Questionnaire is completed every twelve months "
            "in care, from the fourth birthday to the day before the 17th."
        ),
        limits=("sdq",),
        noun="questionnaire",
        begins="care began or the last one was completed",
        done="completed",
    ),
    "pep": Rule(
        sentence=(
            "A personal education plan is completed within 20 working days of entering "
            "care or of the fourth birthday, then every four months."
        ),
        limits=("pep_first", "pep_next"),
        noun="education plan",
        begins="care began or the last one was completed",
        done="completed",
    ),
    "return_interview": Rule(
        sentence="A return interview is held within 72 hours of the child's return, weekends included.",
        limits=("return_interview_hours",),
        noun="return interview",
        begins="the child returned",
        done="held",
    ),
    "pathway_plan": Rule(
        sentence=(
            "A pathway plan is in place three months after the 16th birthday, or "
            "after the thirteenth week in care of whoever entered later."
        ),
        limits=("pathway_plan",),
        noun="pathway plan",
        begins="the young person became eligible",
        done="in place",
    ),
    "pathway_review": Rule(
        sentence="A pathway plan is reviewed every six months.",
        limits=("pathway_review",),
        noun="review",
        begins="the plan was last reviewed",
        done="reviewed",
    ),
    "care_leaver_contact": Rule(
        sentence="A care leaver is contacted every 56 days.",
        limits=("care_leaver_contact",),
        noun="contact",
        begins="the last contact was made",
        done="contacted",
    ),
    "pre_proceedings": Rule(
        sentence=(
            "Pre-proceedings end within 14 weeks (98 days) of the letter, "
            "or of the decision while there is no letter."
        ),
        limits=("pre_proceedings",),
        noun="end of pre-proceedings",
        begins="the letter was sent",
        done="ended",
    ),
    "care_proceedings": Rule(
        sentence=(
            "Care proceedings conclude within 26 weeks beginning with the day of "
            "issue, or by the date to which the court extended them."
        ),
        limits=("care_proceedings",),
        noun="conclusion",
        begins="proceedings were issued",
        done="concluded",
    ),
    "private_fostering_first_visit": Rule(
        sentence=(
            "A privately fostered child is visited within seven working days of the authority becoming aware."
        ),
        limits=("private_fostering_first_visit",),
        noun="first visit",
        begins="the authority became aware",
        done="visited",
    ),
    "private_fostering_visit": Rule(
        sentence=(
            "A privately fostered child is visited every six weeks in "
            "the first year, every twelve weeks later."
        ),
        limits=("private_fostering_visit_first_year", "private_fostering_visit_later"),
        noun="visit",
        begins="the child was last visited",
        done="visited",
    ),
    "carer_assessment": Rule(
        sentence=(
            "A fostering, connected person or special guardianship assessment is decided within eight "
            "months, stage 1 of an adopter assessment within two, stage 2 within four."
        ),
        limits=(
            "carer_assessment_fostering",
            "carer_assessment_adopter_stage_1",
            "carer_assessment_adopter_stage_2",
        ),
        noun="decision",
        begins="the assessment began",
        done="decided",
    ),
    "supervision": Rule(
        sentence=(
            "A qualified social worker or senior practitioner is supervised within 28 "
            "days of starting, then within 31 days of the last supervision."
        ),
        limits=("supervision_first", "supervision_next"),
        noun="supervision",
        begins="the last supervision was held",
        done="held",
    ),
    "appraisal": Rule(
        sentence="An appraisal (PADA) is held by its due date and within the twelve months before it.",
        limits=(),
        noun="appraisal",
        begins="the worker started",
        done="held",
    ),
    "induction": Rule(
        sentence="Induction is completed within 20 working days of starting.",
        limits=("induction",),
        noun="induction",
        begins="the worker started",
        done="completed",
    ),
    "audit": Rule(
        sentence="An audit is completed by its due date.",
        limits=(),
        noun="audit",
        begins="the audit month began",
        done="completed",
    ),
    "complaint": Rule(
        sentence="A complaint is answered within ten working days at stage 1, 25 at stage 2.",
        limits=("complaint_stage_1", "complaint_stage_2"),
        noun="answer",
        begins="the complaint was received",
        done="answered",
    ),
}

"""Names for invented workers: every first name with every last name."""

from __future__ import annotations

from typing import Final

_FIRST = """
Abena Ade Aisha Alan Amara Anil Anna Bola Callum Carys Chloe Clare Daniel Declan Dee Ebele Ed Elif
Emma Farah Fiona Gita Grace Hana Harjit Helen Ian Imran Jade James Joan Jola Kofi Laura Leah Liam
Maeve Maya Mina Nadia Neil Nia Oluwaseun Owen Pam Petra Priya Rhys Rita Rosa Ruth Sam Sara Sean
Tariq Tess Uma Vera Yusuf Zoe
"""
_LAST = """
Abbott Adeyemi Ali Appiah Ashworth Baptiste Begum Bell Birch Boateng Brook Carr Chowdhury Clarke
Cole Coombs Crane Dale Daly Desai Dunn Eze Farrow Finch Flynn Ford Gill Grant Hale Hart Hassan
Hughes Ibrahim Iqbal Jama Jones Kaur Keane Khan Lane Lowe Malik Marlow Mensah Moss Nash Ncube Nolan
Obi Okafor Oakes Patel Pike Quinn Reid Rowe Saleh Sharma Shaw Singh Stone Tate Udo Vance Walsh Ward
Webb Yates Young
"""

FIRST: Final = tuple(_FIRST.split())
LAST: Final = tuple(_LAST.split())

from bench.terms import drawn_setup, play, summary


def test_drawn_rooms_end_near_their_frontier_and_far_above_the_middle_of_the_ranges():
    found = summary([play(drawn_setup(seed)) for seed in range(6)])

    assert found["deals_of_feasible"] == 1
    assert found["failures"] == 0
    assert found["reached"] > 0.9
    assert found["left"] < 0.05
    assert found["middle"] < found["reached"]

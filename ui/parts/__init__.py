"""Drawing and wording that pages share. Knows no session and no job."""

"""The months as EMSA/MAS and SerialEM write them, whatever language the machine speaks."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

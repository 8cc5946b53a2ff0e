"""What the demo picture is drawn with: paint, a plate, a car and a street."""

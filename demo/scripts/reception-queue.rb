# reception-queue: one phone more every ten seconds
sys.Dial "front-desk-1@local&[rt=10]front-desk-2@local&[rt=20]manager@local", 60
sys.Respond 480, "Nobody is free at the moment"

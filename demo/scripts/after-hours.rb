# after-hours: urgent calls go to whoever is on call, everything else to the tape
sys.Log "after hours: #{req.Header.From}"
sys.Dial "weekend-rota@harbour-dental.example", 20
sys.Dial "014400190@northline-dublin"
